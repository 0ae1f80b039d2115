-- name: InsertBatch :exec
insert into inbox_batches (id, size, events) values (@id, @size, @events);

-- name: OldestBatches :many
select id, size from inbox_batches order by id limit @max_rows;

-- name: TakeBatch :one
delete from inbox_batches where id = @id returning events;

-- name: CountUnfiled :one
select cast(coalesce(sum(size), 0) as bigint) from inbox_batches;

-- name: CountEventsWaiting :one
select count(*) from inbox_events where service = @service and state = 'received';
