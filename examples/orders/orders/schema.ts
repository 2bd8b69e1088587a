/** The tables of the shop, and the products it sells. Safe to run at every start. */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS products (
  sku TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  price_cents INTEGER NOT NULL CHECK (price_cents > 0)
) STRICT;

CREATE TABLE IF NOT EXISTS orders (
  id TEXT PRIMARY KEY,
  customer TEXT NOT NULL,
  total_cents INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'paid', 'declined')),
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS orders_by_customer ON orders (customer, created_at);

CREATE TABLE IF NOT EXISTS order_lines (
  order_id TEXT NOT NULL REFERENCES orders (id),
  sku TEXT NOT NULL REFERENCES products (sku),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  price_cents INTEGER NOT NULL,
  PRIMARY KEY (order_id, sku)
) STRICT;

CREATE TABLE IF NOT EXISTS outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event TEXT NOT NULL,
  order_id TEXT NOT NULL REFERENCES orders (id),
  created_at TEXT NOT NULL
) STRICT;

INSERT OR IGNORE INTO products (sku, title, price_cents) VALUES
  ('LINE-12', 'Mooring line, 12 mm, 10 m', 3490),
  ('FNDR-L', 'Fender, large', 4250),
  ('LIFE-150', 'Life jacket, 150 N', 11900),
  ('FLARE-4', 'Hand flares, box of four', 5780),
  ('CHART-NS', 'Chart of the North Sea', 2950),
  ('ANCH-16', 'Bower anchor, 16 kg', 18900);
`
