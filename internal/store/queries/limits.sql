-- name: LockBudget :one
insert into budgets (service, tenant, span, starts_at, used, seen, size) values (@service, @tenant, @span, @starts_at, 0, 0, 0)
on conflict (service, tenant, span) do update set used = budgets.used
returning *;

-- name: SaveBudget :exec
update budgets set starts_at = @starts_at, used = @used, seen = @seen, size = @size, blocked_until = @blocked_until
where service = @service and tenant = @tenant and span = @span;

-- name: Budgets :many
select * from budgets where service = @service and (tenant = @tenant or tenant = '*') order by span;

-- name: DeleteExpiredSlots :exec
delete from budget_slots where service = @service and tenant = @tenant and span = @span and expires_at <= @now;

-- name: CountSlots :one
select count(*) from budget_slots where service = @service and tenant = @tenant and span = @span;

-- name: InsertSlot :exec
insert into budget_slots (service, tenant, span, slot, expires_at) values (@service, @tenant, @span, @slot, @expires_at)
on conflict (service, tenant, span, slot) do update set expires_at = excluded.expires_at;

-- name: DeleteSlot :exec
delete from budget_slots where service = @service and tenant = @tenant and span = @span and slot = @slot;

-- name: CountUsage :exec
insert into budget_usage (service, tenant, minute, used) values (@service, @tenant, @minute, @used)
on conflict (service, tenant, minute) do update set used = budget_usage.used + excluded.used;

-- name: Usage :many
select * from budget_usage where service = @service and tenant = @tenant and minute >= @since order by minute;

-- name: DeleteOldUsage :exec
delete from budget_usage where minute < @before;

-- name: Breaker :one
select * from breakers where service = @service and tenant = @tenant;

-- name: InsertBreaker :execrows
insert into breakers (service, tenant, state, failures, until, cause, changed_at, version)
values (@service, @tenant, @state, @failures, @until, @cause, @changed_at, 1)
on conflict (service, tenant) do nothing;

-- name: UpdateBreaker :execrows
update breakers set state = @state, failures = @failures, until = @until, cause = @cause, changed_at = @changed_at, version = version + 1
where service = @service and tenant = @tenant and version = @version;
