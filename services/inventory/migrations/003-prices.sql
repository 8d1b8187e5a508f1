-- What each product has cost: the lowest price of the last 30 days is to be shown beside a cut (EU directive 98/6, article 6a).
CREATE TABLE price_changes (
  sku text NOT NULL,
  changed_at timestamptz NOT NULL,
  price_cents integer NOT NULL CHECK (price_cents > 0),
  imported boolean NOT NULL DEFAULT false
);

CREATE INDEX price_changes_by_time ON price_changes (sku, changed_at);

INSERT INTO price_changes (sku, changed_at, price_cents) SELECT sku, now(), price_cents FROM products;
