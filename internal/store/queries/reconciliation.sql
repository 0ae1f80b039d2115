-- name: BeginReconciliation :exec
insert into reconciliations (id, org_id, service, state, stage, compared, found, problem, actor, started_at, updated_at)
values (@id, @org_id, @service, 'running', '', 0, 0, '', @actor, @now, @now);

-- name: AdvanceReconciliation :execrows
update reconciliations set stage = @stage, compared = @compared, found = @found, updated_at = @now
where org_id = @org_id and id = @id and state = 'running';

-- name: EndReconciliation :execrows
update reconciliations set state = @state, problem = @problem, compared = @compared, found = @found, updated_at = @now, finished_at = @now
where org_id = @org_id and id = @id and state = 'running';

-- name: Reconciliation :one
select * from reconciliations where org_id = @org_id and id = @id;

-- name: Reconciliations :many
select * from reconciliations where org_id = @org_id and service = @service and id < @before order by id desc limit @max_rows;

-- name: RunningReconciliations :many
select * from reconciliations where service = @service and state = 'running' order by id;

-- name: InsertDifference :exec
insert into reconciliation_differences (run_id, org_id, position, kind, what, record_id, remote_id, label, ours, theirs, acted_by, document)
values (@run_id, @org_id, @position, @kind, @what, @record_id, @remote_id, @label, @ours, @theirs, '', @document);

-- name: DeleteDifferences :exec
delete from reconciliation_differences where org_id = @org_id and run_id = @run_id;

-- name: Difference :one
select * from reconciliation_differences where org_id = @org_id and run_id = @run_id and position = @position;

-- name: ActOnDifference :execrows
update reconciliation_differences set acted_by = @acted_by, acted_at = @now
where org_id = @org_id and run_id = @run_id and position = @position;

-- name: Differences :many
select * from reconciliation_differences
where org_id = @org_id and run_id = @run_id and position > @after
  and (cast(@kind as text) = '' or kind = @kind)
  and (cast(@what as text) = '' or what = @what)
  and (cast(@pattern as text) = '' or lower(label) like @pattern escape '\' or lower(ours) like @pattern escape '\' or lower(theirs) like @pattern escape '\')
order by position
limit @max_rows;

-- name: CountDifferences :many
select kind, what, count(*) as n, count(acted_at) as acted from reconciliation_differences
where org_id = @org_id and run_id = @run_id group by kind, what order by kind, what;

-- name: KeepMonth :exec
insert into reconciliation_months (run_id, org_id, kind, month, ours, ours_total, theirs, theirs_total)
values (@run_id, @org_id, @kind, @month, @ours, @ours_total, @theirs, @theirs_total)
on conflict (run_id, kind, month) do update set
  ours = excluded.ours, ours_total = excluded.ours_total, theirs = excluded.theirs, theirs_total = excluded.theirs_total;

-- name: Months :many
select * from reconciliation_months where org_id = @org_id and run_id = @run_id order by kind desc, month desc;

-- name: AcceptDifference :exec
insert into reconciliation_accepted (org_id, service, kind, what, subject, actor, reason, created_at)
values (@org_id, @service, @kind, @what, @subject, @actor, @reason, @now)
on conflict (org_id, service, kind, what, subject) do update set actor = excluded.actor, reason = excluded.reason, created_at = excluded.created_at;

-- name: AcceptedDifferences :many
select * from reconciliation_accepted where org_id = @org_id and service = @service order by created_at desc;

-- name: UnacceptDifference :execrows
delete from reconciliation_accepted where org_id = @org_id and service = @service and kind = @kind and what = @what and subject = @subject;

-- name: LinkedInvoicesAfter :many
select invoices.id, invoices.number, invoices.state, invoices.currency, invoices.reference, invoices.issued_on, invoices.due_on, invoices.total, invoices.tax,
  invoices.paid, invoices.credited, invoices.customer_id, coalesce(links.remote_id, '') as remote_id, coalesce(links.state, '') as link_state
from invoices
left join links on links.org_id = invoices.org_id and links.service = @service and links.kind = 'invoice' and links.record_id = invoices.id
where invoices.org_id = @org_id and invoices.id > @after and invoices.state <> 'draft'
order by invoices.id limit @max_rows;

-- name: LinkedCreditNotesAfter :many
select credit_notes.id, credit_notes.number, credit_notes.state, credit_notes.currency, credit_notes.reference, credit_notes.issued_on, credit_notes.total, credit_notes.tax,
  credit_notes.applied, credit_notes.refunded, credit_notes.customer_id, coalesce(links.remote_id, '') as remote_id, coalesce(links.state, '') as link_state
from credit_notes
left join links on links.org_id = credit_notes.org_id and links.service = @service and links.kind = 'credit_note' and links.record_id = credit_notes.id
where credit_notes.org_id = @org_id and credit_notes.id > @after and credit_notes.state <> 'draft'
order by credit_notes.id limit @max_rows;

-- name: LinkedPaymentsAfter :many
select payments.id, payments.invoice_id, payments.number, payments.amount, payments.paid_on, payments.source, payments.reversed_at,
  coalesce(links.remote_id, '') as remote_id, coalesce(links.state, '') as link_state
from payments
left join links on links.org_id = payments.org_id and links.service = @service and links.kind = 'payment' and links.record_id = payments.id
where payments.org_id = @org_id and payments.id > @after
order by payments.id limit @max_rows;

-- name: LinkedCustomersAfter :many
select customers.id, customers.number, customers.name, customers.version, customers.archived_at,
  coalesce(links.remote_id, '') as remote_id, coalesce(links.state, '') as link_state, coalesce(links.snapshot, '') as snapshot, coalesce(links.agreed, 0) as agreed
from customers
left join links on links.org_id = customers.org_id and links.service = @service and links.kind = 'contact' and links.record_id = customers.id
where customers.org_id = @org_id and customers.id > @after
order by customers.id limit @max_rows;
