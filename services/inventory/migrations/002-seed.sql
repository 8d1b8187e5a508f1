INSERT INTO products (sku, name, price_cents) VALUES
  ('mug', 'Mug with a flame graph', 1450),
  ('t-shirt', 'T-shirt "It was DNS"', 2400),
  ('sticker', 'Sticker sheet', 350),
  ('notebook', 'Incident notebook', 1200),
  ('espresso-machine', 'Espresso machine', 48900),
  ('first-edition', 'Signed first edition, never restocked', 9900);

INSERT INTO stock (sku, available, received, restock_below, restock_quantity) VALUES
  ('mug', 500, 500, 100, 500),
  ('t-shirt', 200, 200, 50, 200),
  ('sticker', 2000, 2000, 500, 2000),
  ('notebook', 300, 300, 60, 300),
  ('espresso-machine', 10, 10, 4, 10),
  ('first-edition', 3, 3, 0, 0);
