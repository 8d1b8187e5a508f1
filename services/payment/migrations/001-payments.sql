CREATE TABLE payments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  order_id uuid NOT NULL UNIQUE,
  amount_cents integer NOT NULL CHECK (amount_cents > 0),
  currency text NOT NULL,
  state text NOT NULL DEFAULT 'captured' CHECK (state IN ('captured', 'refunded')),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX payments_by_time ON payments (created_at);
