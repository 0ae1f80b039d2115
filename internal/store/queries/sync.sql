-- name: UpsertConnection :exec
insert into connections (id, org_id, service, remote_id, tenant_id, tenant_name, short_code, state, reason, sealed_token, token_version,
  access_expires_at, refresh_expires_at, settings, connected_by, connected_at, updated_at)
values (@id, @org_id, @service, @remote_id, @tenant_id, @tenant_name, @short_code, @state, @reason, @sealed_token, 1,
  @access_expires_at, @refresh_expires_at, @settings, @connected_by, @connected_at, @connected_at)
on conflict (org_id, service) do update set
  remote_id = excluded.remote_id, tenant_id = excluded.tenant_id, tenant_name = excluded.tenant_name, short_code = excluded.short_code,
  state = excluded.state, reason = excluded.reason, sealed_token = excluded.sealed_token, token_version = connections.token_version + 1,
  access_expires_at = excluded.access_expires_at, refresh_expires_at = excluded.refresh_expires_at, settings = excluded.settings,
  refresh_by = null, refresh_until = null, paused_until = null,
  connected_by = excluded.connected_by, connected_at = excluded.connected_at, updated_at = excluded.updated_at;

-- name: Connection :one
select * from connections where org_id = @org_id and service = @service;

-- name: ConnectionsOf :many
select * from connections where service = @service order by org_id;

-- name: ConnectionsByTenant :many
select * from connections where service = @service and tenant_id = @tenant_id;

-- name: SetConnectionState :execrows
update connections set state = @state, reason = @reason, paused_until = @paused_until, last_error_at = @last_error_at, updated_at = @now
where org_id = @org_id and service = @service;

-- name: SetConnectionTenant :execrows
update connections set remote_id = @remote_id, tenant_id = @tenant_id, tenant_name = @tenant_name, short_code = @short_code, state = @state, reason = '', updated_at = @now
where org_id = @org_id and service = @service;

-- name: SetConnectionSettings :execrows
update connections set settings = @settings, updated_at = @now where org_id = @org_id and service = @service;

-- name: SetConnectionSynced :exec
update connections set last_sync_at = @now where org_id = @org_id and service = @service;

-- name: LeaseRefresh :execrows
update connections set refresh_by = @refresh_by, refresh_until = @refresh_until
where org_id = @org_id and service = @service and token_version = @token_version
  and (refresh_by is null or refresh_until < @now or refresh_by not in (select id from processes));

-- name: KeepToken :execrows
update connections set sealed_token = @sealed_token, token_version = token_version + 1, access_expires_at = @access_expires_at,
  refresh_expires_at = @refresh_expires_at, refresh_by = null, refresh_until = null, updated_at = @now
where org_id = @org_id and service = @service and token_version = @token_version and refresh_by = @refresh_by;

-- name: ReleaseRefresh :exec
update connections set refresh_by = null, refresh_until = null where org_id = @org_id and service = @service and refresh_by = @refresh_by;

-- name: DeleteConnection :execrows
delete from connections where org_id = @org_id and service = @service;

-- name: InsertAuthorisation :exec
insert into authorisations (state_hash, org_id, user_id, service, sealed, expires_at)
values (@state_hash, @org_id, @user_id, @service, @sealed, @expires_at);

-- name: TakeAuthorisation :one
delete from authorisations where state_hash = @state_hash returning *;

-- name: DeleteOldAuthorisations :exec
delete from authorisations where expires_at < @before;

-- name: Cursor :one
select since, ran_at from cursors where org_id = @org_id and service = @service and kind = @kind;

-- name: SetCursor :exec
insert into cursors (org_id, service, kind, since, ran_at) values (@org_id, @service, @kind, @since, @ran_at)
on conflict (org_id, service, kind) do update set since = excluded.since, ran_at = excluded.ran_at;

-- name: RingBell :one
insert into inbox_bells (service, rings) values (@service, 1)
on conflict (service) do update set rings = inbox_bells.rings + 1
returning rings;

-- name: QuietBell :exec
update inbox_bells set rings = 0 where service = @service;

-- name: ClaimEvents :many
update inbox_events set state = 'working', claimed_by = @claimed_by
where id in (
  select e.id from inbox_events e where e.service = @service and e.state = 'received' and e.due_at <= @now order by e.due_at, e.id limit @max_rows
) and state = 'received'
returning *;

-- name: ReleaseDeadEvents :execrows
update inbox_events set state = 'received', claimed_by = null, due_at = @now
where state = 'working' and claimed_by is not null and claimed_by not in (select id from processes);

-- name: EventsWaiting :many
select service, count(*) as waiting from inbox_events
where state = 'received' and due_at <= @now group by service;

-- name: NextEventDue :many
select due_at from inbox_events where service = @service and state = 'received' order by due_at limit 1;

-- name: Event :one
select * from inbox_events where id = @id;

-- name: EventBack :one
select id from inbox_events where org_id = @org_id and state <> '' and id < @before order by id desc limit 1 offset @back;

-- name: ReplayEvent :execrows
update inbox_events set state = 'received', result = '', attempts = 0, due_at = @now, processed_at = null, claimed_by = null
where id = @id and state in ('done', 'failed', 'unmatched', 'ignored');

-- name: ReplayFailedEvents :execrows
update inbox_events set state = 'received', result = '', attempts = 0, due_at = @now, processed_at = null
where service = @service and org_id = @org_id and state = 'failed';

-- name: CountRefusal :exec
insert into inbox_refusals (service, reason, day, times, last_at, sample) values (@service, @reason, @day, @times, @last_at, @sample)
on conflict (service, reason, day) do update set times = inbox_refusals.times + excluded.times, last_at = excluded.last_at, sample = excluded.sample;

-- name: Refusals :many
select * from inbox_refusals where service = @service order by day desc, reason limit 30;

-- name: InsertCall :exec
insert into calls (id, org_id, service, method, path, http_status, duration_micros, correlation_id, request, response, error, created_at)
values (@id, @org_id, @service, @method, @path, @http_status, @duration_micros, @correlation_id, @request, @response, @error, @created_at);

-- name: Call :one
select * from calls where org_id = @org_id and id = @id;

-- name: InsertEntry :exec
insert into sync_log (id, org_id, service, direction, entity_type, entity_id, entity_label, action, status, error, attempt, actor, call_id, duration_micros, http_status, created_at)
values (@id, @org_id, @service, @direction, @entity_type, @entity_id, @entity_label, @action, @status, @error, @attempt, @actor, @call_id, @duration_micros, @http_status, @created_at);

-- name: Entry :one
select * from sync_log where org_id = @org_id and id = @id;

-- name: Entries :many
select * from sync_log
where org_id = @org_id and id >= @since and id < @before
  and (cast(@actor as text) = '' or actor = @actor)
  and (cast(@service as text) = '' or service = @service)
  and (cast(@entity_type as text) = '' or entity_type = @entity_type)
  and (cast(@status as text) = '' or status = @status)
  and (cast(@direction as text) = '' or direction = @direction)
order by id desc
limit @max_rows;

-- name: EntriesAfter :many
select * from sync_log where id > @after order by id limit @max_rows;

-- name: EntryBack :one
select id from sync_log where org_id = @org_id and id >= @since and id < @before order by id desc limit 1 offset @back;

-- name: OldestEntry :one
select id from sync_log where org_id = @org_id and id >= @since and id < @before order by id limit 1;

-- name: InsertEntryKind :exec
insert into sync_log_kinds (org_id, actor, entity_type, status, direction, service)
values (@org_id, @actor, @entity_type, @status, @direction, @service)
on conflict do nothing;

-- The newest of each kind, of which the newest are among the newest of all. The
-- order of the tables is SQLite's order of reading them.

-- name: EntriesOfKinds :many
select * from sync_log where id in (
  select s.id from sync_log_kinds k cross join sync_log s
  where k.org_id = @org_id
    and (cast(@actor as text) = '' or k.actor = @actor)
    and (cast(@service as text) = '' or k.service = @service)
    and (cast(@entity_type as text) = '' or k.entity_type = @entity_type)
    and (cast(@status as text) = '' or k.status = @status)
    and (cast(@direction as text) = '' or k.direction = @direction)
    and s.org_id = @org_id and s.actor = k.actor and s.entity_type = k.entity_type and s.status = k.status
    and s.direction = k.direction and s.service = k.service and s.id < @before
    and s.id >= coalesce((
      select x.id from sync_log x
      where x.org_id = @org_id and x.actor = k.actor and x.entity_type = k.entity_type and x.status = k.status
        and x.direction = k.direction and x.service = k.service and x.id >= @since and x.id < @before
      order by x.id desc limit 1 offset @back), @since)
  order by s.id desc limit @max_rows)
order by id desc;

-- name: EntriesOf :many
select * from sync_log where org_id = @org_id and entity_id = @entity_id order by id desc limit @max_rows;

-- name: CountRecentCalls :many
select status, count(*) as n from sync_log where org_id = @org_id and service = @service and id > @after group by status;

-- name: DeleteOldCalls :execrows
delete from calls where created_at < @before;

-- name: DeleteOldEntries :execrows
delete from sync_log where created_at < @before;
