-- name: CountSlotsHeld :one
select count(*) from budget_slots where service = @service and tenant = @tenant and span = @span and expires_at > @now;
