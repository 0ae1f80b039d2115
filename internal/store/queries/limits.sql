-- name: Budget :one
select * from budgets where service = @service and tenant = @tenant and span = @span;

-- name: OpenBudget :exec
insert into budgets (service, tenant, span, starts_at, used, size) values (@service, @tenant, @span, @starts_at, 0, @size)
on conflict (service, tenant, span) do nothing;

-- name: TurnBudget :execrows
update budgets set starts_at = @starts_at, used = 0, size = @size
where service = @service and tenant = @tenant and span = @span and starts_at < @starts_at;

-- name: TakeBudget :execrows
update budgets set used = used + @amount
where service = @service and tenant = @tenant and span = @span and starts_at = @starts_at
  and used + @amount <= size - @reserve and (blocked_until is null or blocked_until <= @now);

-- name: GiveBudget :execrows
update budgets set used = used - @amount
where service = @service and tenant = @tenant and span = @span and starts_at = @starts_at and used >= @amount;

-- name: CorrectBudget :execrows
update budgets set used = case when used < @used then @used else used end
where service = @service and tenant = @tenant and span = @span and starts_at = @starts_at;

-- name: BlockBudget :exec
update budgets set blocked_until = @blocked_until where service = @service and tenant = @tenant and span = @span;

-- name: Budgets :many
select * from budgets where service = @service and tenant = @tenant order by span;

-- name: DeleteExpiredSlots :exec
delete from budget_slots where service = @service and tenant = @tenant and expires_at < @now;

-- name: CountSlots :one
select count(*) from budget_slots where service = @service and tenant = @tenant;

-- name: InsertSlot :exec
insert into budget_slots (service, tenant, holder, expires_at) values (@service, @tenant, @holder, @expires_at);

-- name: DeleteSlot :exec
delete from budget_slots where service = @service and tenant = @tenant and holder = @holder;

-- name: CountUsage :exec
insert into budget_usage (service, tenant, minute, used, denied) values (@service, @tenant, @minute, @used, @denied)
on conflict (service, tenant, minute) do update set used = budget_usage.used + excluded.used, denied = budget_usage.denied + excluded.denied;

-- name: Usage :many
select * from budget_usage where service = @service and tenant = @tenant and minute >= @since order by minute;

-- name: DeleteOldUsage :exec
delete from budget_usage where minute < @before;

-- name: Breaker :one
select * from breakers where service = @service and tenant = @tenant;

-- name: InsertBreaker :execrows
insert into breakers (service, tenant, state, failures, opened_at, until, probe_until, reason, version)
values (@service, @tenant, @state, @failures, @opened_at, @until, @probe_until, @reason, 1)
on conflict (service, tenant) do nothing;

-- name: UpdateBreaker :execrows
update breakers set state = @state, failures = @failures, opened_at = @opened_at, until = @until, probe_until = @probe_until, reason = @reason, version = version + 1
where service = @service and tenant = @tenant and version = @version;
