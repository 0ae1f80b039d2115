-- +goose Up
create table counters (
  org_id uuid not null,
  kind text not null,
  last bigint not null,
  primary key (org_id, kind)
);

create table customers (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  number text not null,
  name text not null,
  name_key text not null,
  legal_name text not null,
  abn text not null,
  email text not null,
  phone text not null,
  terms_days bigint,
  marketing_consent boolean not null,
  archived_at timestamptz,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (org_id, number)
);
create index customers_by_name on customers (org_id, name_key, id);
create unique index customers_active_name on customers (org_id, name_key) where archived_at is null;

create table contacts (
  id uuid primary key,
  org_id uuid not null,
  customer_id uuid not null references customers (id),
  first_name text not null,
  last_name text not null,
  email text not null,
  phone text not null,
  position bigint not null
);
create index contacts_by_customer on contacts (customer_id, position);

create table addresses (
  id uuid primary key,
  org_id uuid not null,
  customer_id uuid not null references customers (id),
  kind text not null,
  line1 text not null,
  line2 text not null,
  city text not null,
  region text not null,
  postal_code text not null,
  country text not null
);
create index addresses_by_customer on addresses (customer_id);

create table products (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  sku text not null,
  name text not null,
  price bigint not null,
  tax_class text not null,
  active boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (org_id, sku)
);

create table orders (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  number text not null,
  customer_id uuid not null references customers (id),
  state text not null,
  currency text not null,
  reference text not null,
  ordered_on text not null,
  notes text not null,
  subtotal bigint not null,
  tax bigint not null,
  total bigint not null,
  version bigint not null,
  shipped_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (org_id, number)
);
create index orders_by_org on orders (org_id, id);
create index orders_by_state on orders (org_id, state, id);
create index orders_by_customer on orders (customer_id, id);

create table order_lines (
  id uuid primary key,
  org_id uuid not null,
  order_id uuid not null references orders (id),
  product_id uuid,
  position bigint not null,
  kind text not null,
  description text not null,
  quantity bigint not null,
  unit_price bigint not null,
  discount_percent bigint not null,
  discount_amount bigint not null,
  tax_class text not null,
  net bigint not null,
  tax bigint not null
);
create index order_lines_by_order on order_lines (order_id, position);

create table invoices (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  number text not null,
  customer_id uuid not null references customers (id),
  order_id uuid references orders (id),
  state text not null,
  currency text not null,
  reference text not null,
  issued_on text not null,
  due_on text not null,
  subtotal bigint not null,
  tax bigint not null,
  total bigint not null,
  paid bigint not null,
  credited bigint not null,
  paid_on text,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index invoices_by_org on invoices (org_id, id);
create index invoices_by_state on invoices (org_id, state, id);
create index invoices_by_customer on invoices (customer_id, id);
create index invoices_by_due on invoices (org_id, due_on) where state in ('issued', 'part_paid');
create unique index invoices_by_number on invoices (org_id, number) where number <> '';
create unique index invoices_one_per_order on invoices (order_id) where order_id is not null and state <> 'voided';

create table invoice_lines (
  id uuid primary key,
  org_id uuid not null,
  invoice_id uuid not null references invoices (id),
  product_id uuid,
  position bigint not null,
  kind text not null,
  description text not null,
  quantity bigint not null,
  unit_price bigint not null,
  discount_percent bigint not null,
  discount_amount bigint not null,
  tax_class text not null,
  net bigint not null,
  tax bigint not null
);
create index invoice_lines_by_invoice on invoice_lines (invoice_id, position);

create table payments (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  invoice_id uuid not null references invoices (id),
  number text not null,
  amount bigint not null,
  paid_on text not null,
  method text not null,
  reference text not null,
  source text not null,
  reversed_at timestamptz,
  version bigint not null,
  created_at timestamptz not null,
  unique (org_id, number)
);
create index payments_by_invoice on payments (invoice_id, id);
create index payments_by_org on payments (org_id, id);

create table changes (
  id uuid primary key,
  org_id uuid not null,
  record_kind text not null,
  record_id uuid not null,
  what text not null,
  actor text not null,
  detail text not null,
  created_at timestamptz not null
);
create index changes_by_record on changes (org_id, record_id, id);
