CREATE TABLE products (
  sku text PRIMARY KEY,
  name text NOT NULL,
  price_cents integer NOT NULL CHECK (price_cents > 0)
);

-- available = received - what held reservations hold; stock reconciliation keeps it so.
CREATE TABLE stock (
  sku text PRIMARY KEY REFERENCES products,
  available integer NOT NULL CHECK (available >= 0),
  received bigint NOT NULL,
  restock_below integer NOT NULL,
  restock_quantity integer NOT NULL CHECK (restock_quantity >= 0)
);

CREATE TABLE reservations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  order_id uuid NOT NULL UNIQUE,
  sku text NOT NULL REFERENCES stock,
  quantity integer NOT NULL CHECK (quantity > 0),
  reserved_at timestamptz NOT NULL DEFAULT now(),
  released_at timestamptz
);

CREATE INDEX reservations_held ON reservations (sku) WHERE released_at IS NULL;

CREATE INDEX reservations_by_time ON reservations (reserved_at);
