-- name: InvoicesToRemind :many
select invoices.id, invoices.number, invoices.currency, invoices.due_on, invoices.total, invoices.paid, invoices.credited, invoices.customer_id,
  customers.name as customer_name, customers.email as customer_email,
  cast(coalesce((select max(r.days) from reminders r where r.org_id = invoices.org_id and r.invoice_id = invoices.id), -10000) as bigint) as last_days,
  cast((select count(*) from reminder_stops s where s.org_id = invoices.org_id and s.record_id = invoices.id) as bigint) as invoice_stops,
  cast((select count(*) from reminder_stops s where s.org_id = invoices.org_id and s.record_id = invoices.customer_id) as bigint) as customer_stops
from invoices
join customers on customers.id = invoices.customer_id
where invoices.org_id = @org_id and invoices.state in ('issued', 'part_paid') and invoices.due_on >= @first and invoices.due_on <= @last
  and (invoices.due_on > @after_day or (invoices.due_on = @after_day and invoices.id > @after_id))
  and (cast(@pattern as text) = '' or lower(invoices.number) like @pattern escape '\' or customers.name_key like @pattern escape '\')
order by invoices.due_on, invoices.id
limit @max_rows;

-- name: InsertReminder :execrows
insert into reminders (org_id, invoice_id, days, template, problem, made_at) values (@org_id, @invoice_id, @days, @template, '', @now)
on conflict do nothing;

-- name: SetReminder :execrows
update reminders set mail_id = @mail_id, problem = @problem where org_id = @org_id and invoice_id = @invoice_id and days = @days;

-- name: RemindersOf :many
select * from reminders where org_id = @org_id and invoice_id = @invoice_id order by days;

-- name: ForgetReminder :exec
delete from reminders where org_id = @org_id and mail_id = @mail_id;

-- name: WaitingReminders :many
select id from mails where org_id = @org_id and about_id = @about_id and category = 'reminder' and state = 'queued' and parcel_id is null order by id;

-- name: WaitingRemindersOfCustomer :many
select id from mails where org_id = @org_id and customer_id = @customer_id and category = 'reminder' and state = 'queued' and parcel_id is null order by id;

-- name: StopReminding :exec
insert into reminder_stops (org_id, record_id, created_by, created_at) values (@org_id, @record_id, @created_by, @now) on conflict do nothing;

-- name: RemindAgain :exec
delete from reminder_stops where org_id = @org_id and record_id = @record_id;

-- name: CountReminderStops :one
select count(*) from reminder_stops where org_id = @org_id and (record_id = @invoice_id or record_id = @customer_id);
