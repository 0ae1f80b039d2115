-- name: InsertCreditNote :exec
insert into credit_notes (id, org_id, number, customer_id, invoice_id, state, currency, reference, reason, issued_on, subtotal, tax, total, applied, refunded, version, created_at, updated_at)
values (@id, @org_id, @number, @customer_id, @invoice_id, @state, @currency, @reference, @reason, @issued_on, @subtotal, @tax, @total, @applied, @refunded, @version, @created_at, @updated_at);

-- name: UpdateCreditNote :execrows
update credit_notes set number = @number, customer_id = @customer_id, state = @state, reference = @reference, reason = @reason, issued_on = @issued_on,
  subtotal = @subtotal, tax = @tax, total = @total, applied = @applied, refunded = @refunded, version = version + 1, updated_at = @updated_at
where org_id = @org_id and id = @id and version = @version;

-- name: LockCreditNote :execrows
update credit_notes set version = version where org_id = @org_id and id = @id;

-- name: CreditNote :one
select * from credit_notes where org_id = @org_id and id = @id;

-- name: CreditNoteByNumber :one
select * from credit_notes where org_id = @org_id and number = @number;

-- name: CreditNotes :many
select credit_notes.id, credit_notes.number, credit_notes.state, credit_notes.currency, credit_notes.issued_on, credit_notes.total,
  credit_notes.applied, credit_notes.refunded, credit_notes.reference, credit_notes.reason, credit_notes.customer_id, credit_notes.invoice_id,
  customers.name as customer_name, coalesce(links.state, '') as link_state, coalesce(links.remote_id, '') as remote_id
from credit_notes
join customers on customers.id = credit_notes.customer_id
left join links on links.org_id = credit_notes.org_id and links.service = 'xero' and links.kind = 'credit_note' and links.record_id = credit_notes.id
where credit_notes.org_id = @org_id and credit_notes.id < @before
  and (cast(@state as text) = '' or credit_notes.state = @state)
  and (cast(@pattern as text) = '' or lower(credit_notes.number) like @pattern escape '\' or lower(credit_notes.reference) like @pattern escape '\'
    or lower(credit_notes.reason) like @pattern escape '\' 
    or credit_notes.customer_id in (select c.id from customers c where c.org_id = @org_id and c.name_key like @pattern escape '\'))
order by credit_notes.id desc
limit @max_rows;

-- name: CreditNotesOfCustomer :many
select credit_notes.id, credit_notes.number, credit_notes.state, credit_notes.currency, credit_notes.issued_on, credit_notes.total,
  credit_notes.applied, credit_notes.refunded, credit_notes.reference, credit_notes.reason, credit_notes.customer_id, credit_notes.invoice_id,
  customers.name as customer_name, coalesce(links.state, '') as link_state, coalesce(links.remote_id, '') as remote_id
from credit_notes
join customers on customers.id = credit_notes.customer_id
left join links on links.org_id = credit_notes.org_id and links.service = 'xero' and links.kind = 'credit_note' and links.record_id = credit_notes.id
where credit_notes.org_id = @org_id and credit_notes.customer_id = @customer_id and credit_notes.id < @before
  and (cast(@state as text) = '' or credit_notes.state = @state)
  and (cast(@pattern as text) = '' or lower(credit_notes.number) like @pattern escape '\' or lower(credit_notes.reference) like @pattern escape '\'
    or lower(credit_notes.reason) like @pattern escape '\' 
    or credit_notes.customer_id in (select c.id from customers c where c.org_id = @org_id and c.name_key like @pattern escape '\'))
order by credit_notes.id desc
limit @max_rows;

-- name: CreditNotesOfInvoice :many
select * from credit_notes where org_id = @org_id and invoice_id = @invoice_id order by id;

-- name: OpenCreditNotesOf :many
select * from credit_notes where org_id = @org_id and customer_id = @customer_id and state = 'issued' order by id limit 100;

-- name: CreditNotesAfter :many
select * from credit_notes where org_id = @org_id and id > @after and state <> 'draft' order by id limit @max_rows;

-- name: OpenInvoicesOf :many
select * from invoices where org_id = @org_id and customer_id = @customer_id and state in ('issued', 'part_paid') order by id limit 100;

-- name: CreditNoteLines :many
select * from credit_note_lines where org_id = @org_id and credit_note_id = @credit_note_id order by position, id;

-- name: DeleteCreditNoteLines :exec
delete from credit_note_lines where org_id = @org_id and credit_note_id = @credit_note_id;

-- name: InsertCreditNoteLine :exec
insert into credit_note_lines (id, org_id, credit_note_id, product_id, position, kind, description, quantity, unit_price, discount_percent, discount_amount, tax_class, net, tax)
values (@id, @org_id, @credit_note_id, @product_id, @position, @kind, @description, @quantity, @unit_price, @discount_percent, @discount_amount, @tax_class, @net, @tax);

-- name: InsertAllocation :exec
insert into allocations (id, org_id, credit_note_id, invoice_id, amount, allocated_on, source, remote_key, removed_at, version, created_at)
values (@id, @org_id, @credit_note_id, @invoice_id, @amount, @allocated_on, @source, @remote_key, @removed_at, @version, @created_at);

-- name: UpdateAllocation :execrows
update allocations set amount = @amount, allocated_on = @allocated_on, remote_key = @remote_key, removed_at = @removed_at, version = version + 1
where org_id = @org_id and id = @id and version = @version;

-- name: Allocation :one
select * from allocations where org_id = @org_id and id = @id;

-- name: AllocationsOf :many
select * from allocations where org_id = @org_id and credit_note_id = @credit_note_id order by id;

-- name: AllocationsOn :many
select * from allocations where org_id = @org_id and invoice_id = @invoice_id order by id;

-- name: InsertRefund :exec
insert into refunds (id, org_id, credit_note_id, number, amount, paid_on, method, reference, source, reversed_at, version, created_at)
values (@id, @org_id, @credit_note_id, @number, @amount, @paid_on, @method, @reference, @source, @reversed_at, @version, @created_at);

-- name: UpdateRefund :execrows
update refunds set amount = @amount, paid_on = @paid_on, method = @method, reference = @reference, reversed_at = @reversed_at, version = version + 1
where org_id = @org_id and id = @id and version = @version;

-- name: Refund :one
select * from refunds where org_id = @org_id and id = @id;

-- name: RefundByNumber :one
select * from refunds where org_id = @org_id and number = @number;

-- name: RefundsOf :many
select * from refunds where org_id = @org_id and credit_note_id = @credit_note_id order by paid_on, id;

-- name: KeepForeignCredit :exec
insert into foreign_credits (org_id, invoice_id, remote_key, kind, number, amount, credit_on, removed_at)
values (@org_id, @invoice_id, @remote_key, @kind, @number, @amount, @credit_on, @removed_at)
on conflict (org_id, invoice_id, remote_key) do update set
  kind = excluded.kind, number = excluded.number, amount = excluded.amount, credit_on = excluded.credit_on, removed_at = excluded.removed_at;

-- name: ForeignCreditsOn :many
select * from foreign_credits where org_id = @org_id and invoice_id = @invoice_id order by credit_on, remote_key;

-- name: InvoicesCreditedBy :many
select invoice_id from foreign_credits where org_id = @org_id and remote_key = @remote_key and removed_at is null order by invoice_id;
