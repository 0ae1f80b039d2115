-- name: InsertBulkRun :exec
insert into bulk_runs (id, org_id, service, direction, kind, filter, state, starts, place, pages, records, changed, unchanged, ignored, problem, actor, created_at, updated_at)
values (@id, @org_id, @service, @direction, @kind, @filter, 'preparing', @starts, '', 0, 0, 0, 0, 0, '', @actor, @now, @now);

-- name: BulkRun :one
select * from bulk_runs where org_id = @org_id and id = @id;

-- name: BulkRuns :many
select * from bulk_runs
where org_id = @org_id and service = @service and id < @before
  and (cast(@state as text) = '' or state = @state or (cast(@state as text) = 'open' and state in ('preparing', 'running', 'paused', 'stopping')))
  and (cast(@direction as text) = '' or direction = @direction)
  and (cast(@pattern as text) = '' or lower(actor) like @pattern escape '\' or lower(kind) like @pattern escape '\')
order by id desc limit @max_rows;

-- The conditions of indexes are repeated to the letter, so that SQLite uses them.

-- name: OpenBulkRuns :many
select * from bulk_runs
where service = @service and org_id = @org_id and state in ('preparing', 'running', 'paused', 'stopping')
order by id;

-- name: OpenBulkRunsOfAll :many
select * from bulk_runs
where service = @service and state in ('preparing', 'running', 'paused', 'stopping') and state <> 'paused'
order by id;

-- name: LockBulkRun :execrows
update bulk_runs set updated_at = @now where org_id = @org_id and id = @id and state = @state;

-- name: StepBulkRun :execrows
update bulk_runs set state = @state, problem = @problem, starts = @starts, begun_at = @begun_at, resumed_at = @resumed_at, ended_at = @ended_at, updated_at = @now
where org_id = @org_id and id = @id and state = @was;

-- name: AdvanceBulkRun :execrows
update bulk_runs set place = @place, pages = pages + @pages, records = records + @records, changed = changed + @changed,
  unchanged = unchanged + @unchanged, ignored = ignored + @ignored, updated_at = @now
where org_id = @org_id and id = @id and state = @state and place = @was;

-- name: RestartBulkRun :exec
update bulk_runs set place = '', pages = 0, records = 0, changed = 0, unchanged = 0, ignored = 0 where org_id = @org_id and id = @id;

-- name: InsertBulkItem :exec
insert into bulk_items (run_id, kind, record_id, org_id, rank, position, label, about, version, plan, reason, code, next_action, state, before, settled_at)
values (@run_id, @kind, @record_id, @org_id, @rank, @position, @label, @about, @version, @plan, @reason, @code, @next_action, @state, '', @settled_at)
on conflict (run_id, kind, record_id) do nothing;

-- name: BulkItem :one
select * from bulk_items where run_id = @run_id and kind = @kind and record_id = @record_id;

-- name: ForgetBulkItems :exec
delete from bulk_items where run_id = @run_id;

-- name: NextBulkItems :many
select * from bulk_items where run_id = @run_id and state = 'planned' order by rank, plan, position limit @max_rows;

-- name: AskBulkItem :exec
update bulk_items set state = @state, before = @before, settled_at = @settled_at where run_id = @run_id and kind = @kind and record_id = @record_id;

-- name: CollectBulkItems :execrows
update bulk_items set settled_at = @now, state = coalesce((
  select case when l.state = 'synced' then 'done' when l.state = 'blocked' then 'blocked' else 'failed' end from links l
  where l.org_id = bulk_items.org_id and l.service = @service and l.kind = bulk_items.kind and l.record_id = bulk_items.record_id), 'cancelled')
where bulk_items.run_id = @run_id and bulk_items.state = 'asked' and not exists (
  select 1 from links l
  where l.org_id = bulk_items.org_id and l.service = @service and l.kind = bulk_items.kind and l.record_id = bulk_items.record_id
    and l.state in ('pending', 'sending', 'unknown'));

-- name: LeaveBulkItems :execrows
update bulk_items set settled_at = @now, state = 'blocked'
where bulk_items.run_id = @run_id and bulk_items.state = 'asked' and exists (
  select 1 from links l
  where l.org_id = bulk_items.org_id and l.service = @service and l.kind = bulk_items.kind and l.record_id = bulk_items.record_id
    and l.state = 'pending' and l.error_code = @error_code);

-- name: CountBulkItemsAt :one
select count(*) from bulk_items where run_id = @run_id and state = @state;

-- name: BulkItemsToPutBack :many
select i.* from bulk_items i
join links l on l.org_id = i.org_id and l.service = @service and l.kind = i.kind and l.record_id = i.record_id
where i.run_id = @run_id and i.state in ('asked', 'blocked', 'failed') and l.claimed_by is null and l.priority = @priority
  and (i.before <> '' or l.remote_id = '') -- what was made for the run and has arrived is brought into line
  and (l.state = 'pending' or (cast(@blocked_too as boolean) and l.state = 'blocked'))
limit @max_rows;

-- name: DropAskedLink :execrows
delete from links where org_id = @org_id and service = @service and kind = @kind and record_id = @record_id
  and state in ('pending', 'blocked') and claimed_by is null and remote_id = '' and priority = @priority;

-- name: RestoreAskedLink :execrows
update links set state = @state, priority = @priority_before, wanted = @wanted, attempts = @attempts, due_at = @due_at,
  error_kind = @error_kind, error_code = @error_code, error_text = @error_text, next_action = @next_action,
  failed_at = @failed_at, seen_at = @seen_at, dismissed_by = @dismissed_by, dismiss_reason = @dismiss_reason, updated_at = @now
where org_id = @org_id and service = @service and kind = @kind and record_id = @record_id
  and state in ('pending', 'blocked') and claimed_by is null and priority = @priority;

-- name: CancelBulkItems :execrows
update bulk_items set state = 'cancelled', settled_at = @now
where bulk_items.run_id = @run_id and bulk_items.state = 'planned' and bulk_items.position < coalesce((
  select i.position from bulk_items i where i.run_id = @run_id and i.state = 'planned' order by i.position limit 1 offset @max_rows), 9223372036854775807);

-- name: RetryBulkItems :execrows
update bulk_items set state = 'planned', settled_at = null
where bulk_items.run_id = @run_id and bulk_items.state in ('blocked', 'failed')
  and (cast(@kind as text) = '' or (bulk_items.kind = @kind and bulk_items.record_id = @record_id))
  and exists (
    select 1 from links l
    where l.org_id = bulk_items.org_id and l.service = @service and l.kind = bulk_items.kind and l.record_id = bulk_items.record_id
      and l.state in ('rejected', 'dead', 'blocked'));

-- name: CountBulkPlans :many
select kind, plan, count(*) as n from bulk_items where run_id = @run_id group by kind, plan;

-- name: CountBulkReasons :many
select plan, code, cast(min(reason) as text) as example, next_action, count(*) as n from bulk_items
where run_id = @run_id and plan in ('skip', 'blocked') group by plan, code, next_action order by n desc;

-- name: CountBulkStates :many
select state, count(*) as n, cast(coalesce(sum(case when settled_at >= @since then 1 else 0 end), 0) as bigint) as lately
from bulk_items where run_id = @run_id group by state;

-- What was said to be blocked and is refused for that reason before it is sent, is blocked.

-- name: CountBulkLinks :many
select i.state, cast(case when l.state = 'rejected' and i.plan = 'blocked' and l.error_code = i.code then 'blocked' else coalesce(l.state, '') end as text) as link_state, count(*) as n from bulk_items i
left join links l on l.org_id = i.org_id and l.service = @service and l.kind = i.kind and l.record_id = i.record_id
where i.run_id = @run_id and i.state in ('asked', 'blocked', 'failed')
group by 1, 2;

-- name: BulkItems :many
select i.*, cast(case when l.state = 'rejected' and i.plan = 'blocked' and l.error_code = i.code then 'blocked' else coalesce(l.state, '') end as text) as link_state, coalesce(l.error_text, '') as link_text, coalesce(l.next_action, '') as link_action, coalesce(l.remote_id, '') as remote_id
from bulk_items i
left join links l on l.org_id = i.org_id and l.service = @service and l.kind = i.kind and l.record_id = i.record_id
where i.run_id = @run_id and i.org_id = @org_id and i.position > @after
  and (cast(@plan as text) = '' or i.plan = @plan)
  and (cast(@kind as text) = '' or i.kind = @kind)
  and (cast(@state as text) = ''
    or (cast(@state as text) = 'waiting' and (i.state = 'planned' or (i.state in ('asked', 'blocked', 'failed') and coalesce(l.state, '') in ('pending', 'sending', 'unknown'))))
    or (cast(@state as text) = 'done' and (i.state = 'done' or (i.state in ('asked', 'blocked', 'failed') and coalesce(l.state, '') = 'synced')))
    or (cast(@state as text) = 'failed' and i.state in ('asked', 'blocked', 'failed') and case when l.state = 'rejected' and i.plan = 'blocked' and l.error_code = i.code then 'blocked' else coalesce(l.state, '') end in ('rejected', 'dead', 'dismissed'))
    or (cast(@state as text) = 'blocked' and i.state in ('asked', 'blocked', 'failed') and case when l.state = 'rejected' and i.plan = 'blocked' and l.error_code = i.code then 'blocked' else coalesce(l.state, '') end = 'blocked')
    or (cast(@state as text) in ('skipped', 'cancelled') and i.state = @state))
  and (cast(@pattern as text) = '' or lower(i.label) like @pattern escape '\' or lower(i.about) like @pattern escape '\' or lower(i.reason) like @pattern escape '\')
order by i.position limit @max_rows;

-- name: OldBulkRuns :many
select id from bulk_runs where updated_at < @before and state not in ('preparing', 'running', 'paused', 'stopping') order by id limit @max_rows;

-- name: DropBulkItems :execrows
delete from bulk_items where bulk_items.run_id = @run_id and bulk_items.position < coalesce((
  select i.position from bulk_items i where i.run_id = @run_id order by i.position limit 1 offset @max_rows), 9223372036854775807);

-- name: DropBulkRun :exec
delete from bulk_runs where id = @id;

-- What a run may be about.

-- name: CustomersForBulk :many
select customers.id from customers
where customers.org_id = @org_id and customers.id > @after
  and (cast(@state as text) = '' or (cast(@state as text) = 'active' and customers.archived_at is null) or (cast(@state as text) = 'archived' and customers.archived_at is not null))
  and (not cast(@missing as boolean) or not exists (
    select 1 from links l where l.org_id = customers.org_id and l.service = @service and l.kind = 'contact' and l.record_id = customers.id and l.remote_id <> ''))
order by customers.id limit @max_rows;

-- name: InvoicesForBulk :many
select invoices.id from invoices
where invoices.org_id = @org_id and invoices.id > @after
  and (cast(@state as text) = '' or invoices.state = @state
    or (cast(@state as text) = 'open' and invoices.state in ('issued', 'part_paid')))
  and (cast(@from_day as text) = '' or invoices.issued_on >= @from_day)
  and (cast(@to_day as text) = '' or (invoices.issued_on <> '' and invoices.issued_on <= @to_day))
  and (not cast(@missing as boolean) or not exists (
    select 1 from links l where l.org_id = invoices.org_id and l.service = @service and l.kind = 'invoice' and l.record_id = invoices.id and l.remote_id <> ''))
order by invoices.id limit @max_rows;

-- name: PaymentsForBulk :many
select payments.id from payments
where payments.org_id = @org_id and payments.id > @after
  and (cast(@state as text) = '' or (cast(@state as text) = 'booked' and payments.reversed_at is null) or (cast(@state as text) = 'reversed' and payments.reversed_at is not null))
  and (cast(@from_day as text) = '' or payments.paid_on >= @from_day)
  and (cast(@to_day as text) = '' or payments.paid_on <= @to_day)
  and (not cast(@missing as boolean) or not exists (
    select 1 from links l where l.org_id = payments.org_id and l.service = @service and l.kind = 'payment' and l.record_id = payments.id and l.remote_id <> ''))
order by payments.id limit @max_rows;

-- name: CreditNotesForBulk :many
select credit_notes.id from credit_notes
where credit_notes.org_id = @org_id and credit_notes.id > @after
  and (cast(@state as text) = '' or credit_notes.state = @state)
  and (cast(@from_day as text) = '' or credit_notes.issued_on >= @from_day)
  and (cast(@to_day as text) = '' or (credit_notes.issued_on <> '' and credit_notes.issued_on <= @to_day))
  and (not cast(@missing as boolean) or not exists (
    select 1 from links l where l.org_id = credit_notes.org_id and l.service = @service and l.kind = 'credit_note' and l.record_id = credit_notes.id and l.remote_id <> ''))
order by credit_notes.id limit @max_rows;

-- name: AllocationsForBulk :many
select allocations.id from allocations join credit_notes on credit_notes.id = allocations.credit_note_id
where allocations.org_id = @org_id and allocations.id > @after
  and (cast(@state as text) = '' or credit_notes.state = @state)
  and (cast(@from_day as text) = '' or allocations.allocated_on >= @from_day)
  and (cast(@to_day as text) = '' or allocations.allocated_on <= @to_day)
  and (not cast(@missing as boolean) or not exists (
    select 1 from links l where l.org_id = allocations.org_id and l.service = @service and l.kind = 'allocation' and l.record_id = allocations.id and l.remote_id <> ''))
order by allocations.id limit @max_rows;

-- name: RefundsForBulk :many
select refunds.id from refunds join credit_notes on credit_notes.id = refunds.credit_note_id
where refunds.org_id = @org_id and refunds.id > @after
  and (cast(@state as text) = '' or credit_notes.state = @state)
  and (cast(@from_day as text) = '' or refunds.paid_on >= @from_day)
  and (cast(@to_day as text) = '' or refunds.paid_on <= @to_day)
  and (not cast(@missing as boolean) or not exists (
    select 1 from links l where l.org_id = refunds.org_id and l.service = @service and l.kind = 'refund' and l.record_id = refunds.id and l.remote_id <> ''))
order by refunds.id limit @max_rows;

-- name: TallyBulkItems :many
select state, count(*) as n from bulk_items where run_id = @run_id group by state;
