-- +goose Up
alter table organisations add column credit_prefix text not null default '';

create table credit_notes (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  number text not null,
  customer_id uuid not null references customers (id),
  invoice_id uuid references invoices (id),
  state text not null,
  currency text not null,
  reference text not null,
  reason text not null,
  issued_on text not null,
  subtotal bigint not null,
  tax bigint not null,
  total bigint not null,
  applied bigint not null,
  refunded bigint not null,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index credit_notes_by_org on credit_notes (org_id, id);
create index credit_notes_by_state on credit_notes (org_id, state, id);
create index credit_notes_by_customer on credit_notes (customer_id, id);
create index credit_notes_by_invoice on credit_notes (invoice_id, id);
create unique index credit_notes_by_number on credit_notes (org_id, number) where number <> '';

create table credit_note_lines (
  id uuid primary key,
  org_id uuid not null,
  credit_note_id uuid not null references credit_notes (id),
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
create index credit_note_lines_by_credit_note on credit_note_lines (credit_note_id, position);

create table allocations (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  credit_note_id uuid not null references credit_notes (id),
  invoice_id uuid not null references invoices (id),
  amount bigint not null,
  allocated_on text not null,
  source text not null,
  remote_key text not null,
  removed_at timestamptz,
  version bigint not null,
  created_at timestamptz not null
);
create index allocations_by_credit_note on allocations (credit_note_id, id);
create index allocations_by_invoice on allocations (invoice_id, id);
create index allocations_by_org on allocations (org_id, id);

create table refunds (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  credit_note_id uuid not null references credit_notes (id),
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
create index refunds_by_credit_note on refunds (credit_note_id, id);
create index refunds_by_org on refunds (org_id, id);

-- What a service has set against invoices of ours from credits that it alone knows.
create table foreign_credits (
  org_id uuid not null references organisations (id),
  invoice_id uuid not null references invoices (id),
  remote_key text not null,
  kind text not null,
  number text not null,
  amount bigint not null,
  credit_on text not null,
  removed_at timestamptz,
  primary key (org_id, invoice_id, remote_key)
);
create index foreign_credits_by_key on foreign_credits (org_id, remote_key);
