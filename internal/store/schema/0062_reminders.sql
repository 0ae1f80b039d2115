-- +goose Up
-- Which steps of reminding an invoice's customer were taken: each once.
create table reminders (
  org_id uuid not null references organisations (id),
  invoice_id uuid not null references invoices (id),
  days bigint not null,   -- after the due date; before it where negative
  template text not null, -- its key
  mail_id uuid,           -- null: none could be written
  problem text not null,  -- why not
  made_at timestamptz not null,
  primary key (org_id, invoice_id, days)
);
create unique index reminders_by_mail on reminders (mail_id) where mail_id is not null;

-- Invoices and customers that nobody is reminded of.
create table reminder_stops (
  org_id uuid not null references organisations (id),
  record_id uuid not null, -- of an invoice or a customer
  created_by text not null,
  created_at timestamptz not null,
  primary key (org_id, record_id)
);
