-- name: AdvanceEndpoint :execrows
update inbox_endpoints set highest = @highest, highest_at = @highest_at, last_at = @last_at
where service = @service and highest = @before and missing = '' and silent_since is null;

-- The row stays locked until the transaction ends.

-- name: LockEndpoint :one
insert into inbox_endpoints (service, highest, missing) values (@service, 0, '')
on conflict (service) do update set service = excluded.service
returning *;

-- name: UpdateEndpoint :exec
update inbox_endpoints set highest = @highest, highest_at = @highest_at, last_at = @last_at, missing = @missing, silent_since = @silent_since, told_from = @told_from
where service = @service;

-- name: Endpoint :one
select * from inbox_endpoints where service = @service;

-- name: InsertGap :exec
insert into inbox_gaps (id, service, cause, first_sequence, last_sequence, missing, from_at, until_at, found_at, filled_by)
values (@id, @service, @cause, @first_sequence, @last_sequence, @missing, @from_at, @until_at, @found_at, '');

-- name: OpenGaps :many
select * from inbox_gaps where service = @service and filled_at is null order by id;

-- name: ReadGaps :execrows
update inbox_gaps set reading_at = @now where service = @service and filled_at is null and reading_at is null;

-- name: NarrowGap :exec
update inbox_gaps set missing = @missing where id = @id;

-- name: FillGap :exec
update inbox_gaps set missing = '', filled_at = @now, filled_by = 'delivered' where id = @id;

-- name: EndSilence :exec
update inbox_gaps set until_at = @until_at where service = @service and cause = 'silence' and until_at is null;

-- A gap is made up for when every organisation that can be read has been read
-- from after it was found.

-- name: FillReadGaps :execrows
update inbox_gaps set filled_at = @now, filled_by = 'read'
where inbox_gaps.service = @service and inbox_gaps.filled_at is null and inbox_gaps.reading_at is not null and not exists (
  select 1 from connections c left join cursors on cursors.org_id = c.org_id and cursors.service = c.service and cursors.kind = @kind
  where c.service = inbox_gaps.service and c.state = 'connected' and (cursors.since is null or cursors.since < inbox_gaps.reading_at)
);

-- name: Gaps :many
select * from inbox_gaps where service = @service order by id desc limit @max_rows;

-- name: DeleteOldGaps :execrows
delete from inbox_gaps where id < @before and filled_at is not null;
