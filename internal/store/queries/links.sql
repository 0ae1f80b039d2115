-- name: WantLink :exec
insert into links (org_id, service, kind, record_id, label, remote_id, remote_number, remote_version, snapshot, state, priority, wanted, agreed,
  attempts, due_at, write_key, error_kind, error_code, error_text, next_action, dismissed_by, dismiss_reason, created_at, updated_at)
values (@org_id, @service, @kind, @record_id, @label, '', '', '', '', 'pending', @priority, @wanted, 0,
  0, @due_at, '', '', '', '', '', '', '', @now, @now)
on conflict (org_id, service, kind, record_id) do update set
  label = excluded.label, wanted = excluded.wanted, priority = excluded.priority, updated_at = excluded.updated_at,
  state = case when links.state in ('sending', 'unknown') then links.state else 'pending' end,
  due_at = case when links.state in ('sending', 'unknown', 'pending') then links.due_at else excluded.due_at end,
  attempts = case when links.state in ('sending', 'unknown', 'pending') then links.attempts else 0 end,
  mend = case when links.state in ('rejected', 'dead', 'blocked', 'dismissed') then 'change' else links.mend end,
  mended_by = case when links.state in ('rejected', 'dead', 'blocked', 'dismissed') then '' else links.mended_by end,
  dismissed_by = '', dismiss_reason = '', dismissed_from = '', dismissal = null, dismissed_at = null;

-- name: AdoptLink :exec
insert into links (org_id, service, kind, record_id, label, remote_id, remote_number, remote_version, snapshot, state, priority, wanted, agreed,
  attempts, due_at, write_key, error_kind, error_code, error_text, next_action, dismissed_by, dismiss_reason, created_at, updated_at)
values (@org_id, @service, @kind, @record_id, @label, @remote_id, @remote_number, @remote_version, @snapshot, 'synced', @priority, @wanted, @wanted,
  0, @now, '', '', '', '', '', '', '', @now, @now)
on conflict (org_id, service, kind, record_id) do nothing;

-- name: ClaimPendingLinks :many
update links set state = 'sending', claimed_by = @claimed_by, claimed_at = @now, updated_at = @now
where links.org_id = @org_id and links.service = @service and links.kind = @kind and links.record_id in (
  select l.record_id from links l
  where l.org_id = @org_id and l.service = @service and l.kind = @kind and l.state = 'pending' and l.due_at <= @now and l.priority <= @least
  order by l.priority, l.due_at, l.record_id limit @max_rows
) and links.state || '' = 'pending' -- so that SQLite finds each by its key in place of reading all that wait
returning *;

-- name: ClaimUnknownLinks :many
update links set claimed_by = @claimed_by, claimed_at = @now, updated_at = @now
where links.org_id = @org_id and links.service = @service and links.kind = @kind and links.record_id in (
  select l.record_id from links l
  where l.org_id = @org_id and l.service = @service and l.kind = @kind and l.state = 'unknown' and l.claimed_by is null and l.due_at <= @now
  order by l.priority, l.due_at, l.record_id limit @max_rows
) and state = 'unknown' and claimed_by is null
returning *;

-- name: SettleLink :execrows
update links set label = @label, remote_id = @remote_id, remote_number = @remote_number, snapshot = @snapshot,
  remote_version = case when kind <> 'contact' and remote_id = @remote_id and remote_version > @remote_version then remote_version else @remote_version end,
  state = case when cast(@state as text) = 'synced' and wanted > @agreed then 'pending' else cast(@state as text) end,
  agreed = @agreed, attempts = @attempts, due_at = @due_at, claimed_by = null, claimed_at = null, write_key = @write_key,
  error_kind = @error_kind, error_code = @error_code, error_text = @error_text, next_action = @next_action,
  failed_at = @failed_at, seen_at = @seen_at, failed_code = @failed_code, failed_text = @failed_text, mend = @mend, mended_by = @mended_by,
  dismissed_by = '', dismiss_reason = '', dismissed_from = '', dismissal = null, dismissed_at = null, updated_at = @now
where org_id = @org_id and service = @service and kind = @kind and record_id = @record_id and claimed_by = @claimed_by;

-- name: RefreshLink :execrows
update links set remote_number = @remote_number, snapshot = @snapshot, updated_at = @now,
  remote_version = case when kind <> 'contact' and remote_version > @remote_version then remote_version else @remote_version end
where org_id = @org_id and service = @service and kind = @kind and record_id = @record_id and remote_id = @remote_id;

-- name: ReleaseDeadLinks :execrows
update links set state = 'unknown', claimed_by = null, claimed_at = null, due_at = @now, updated_at = @now
where state in ('pending', 'unknown', 'sending') and state in ('sending', 'unknown') and claimed_by is not null
  and claimed_by not in (select id from processes);

-- name: UnblockLinks :execrows
update links set state = 'pending', due_at = @now, attempts = 0, mend = 'unblocked', mended_by = '', updated_at = @now
where org_id = @org_id and service = @service and state = 'blocked' and error_code = @error_code;

-- name: ReleaseLinks :execrows
update links set state = 'pending', due_at = @now, attempts = 0, mend = 'unblocked', mended_by = '', updated_at = @now
where org_id = @org_id and service = @service and state = 'rejected' and error_code = @error_code;

-- name: MendLink :execrows
update links set state = 'synced', agreed = @agreed, attempts = 0, due_at = @now, write_key = '', error_kind = '', error_code = '', error_text = '', next_action = '',
  failed_at = null, seen_at = null, failed_code = '', failed_text = '', mend = '', mended_by = '',
  dismissed_by = '', dismiss_reason = '', dismissed_from = '', dismissal = null, dismissed_at = null, updated_at = @now
where org_id = @org_id and service = @service and kind = @kind and record_id = @record_id and state in ('rejected', 'dead', 'blocked', 'dismissed');

-- name: LinksWaiting :many
select org_id, service, count(*) as waiting from links
where state in ('pending', 'unknown', 'sending') and claimed_by is null and due_at <= @now
group by org_id, service;

-- name: NextLinkDue :many
select due_at from links
where org_id = @org_id and service = @service and state in ('pending', 'unknown', 'sending') and state <> 'sending' and claimed_by is null
order by due_at limit 1;

-- name: Link :one
select * from links where org_id = @org_id and service = @service and kind = @kind and record_id = @record_id;

-- name: LinkByRemote :one
select * from links where org_id = @org_id and service = @service and kind = @kind and remote_id = @remote_id and remote_id <> '';

-- name: LinksOfRecord :many
select * from links where org_id = @org_id and record_id = @record_id order by service, kind;

-- name: CountLinks :many
select kind, state, count(*) as n from links where org_id = @org_id and service = @service group by kind, state;

-- name: CountFailures :one
select count(*) as failures, count(seen_at) as seen from links where org_id = @org_id and state in ('rejected', 'dead', 'blocked');

-- The conditions of indexes are repeated to the letter, so that SQLite uses them.

-- name: FailedLinks :many
select * from links
where org_id = @org_id
  and state in ('rejected', 'dead', 'blocked', 'dismissed')
  and ((cast(@state as text) = '' and state <> 'dismissed') or state = @state)
  and (cast(@kind as text) = '' or kind = @kind)
  and (cast(@pattern as text) = '' or lower(label) like @pattern escape '\' or lower(error_text) like @pattern escape '\')
  and (failed_at < @before_at or (failed_at = @before_at and record_id < @before_id))
order by failed_at desc, record_id desc
limit @max_rows;

-- name: FailureCauses :many
select error_code, error_kind, next_action, kind, count(*) as n, cast(min(error_text) as text) as example
from links where org_id = @org_id and state in ('rejected', 'dead', 'blocked', 'dismissed') and state <> 'dismissed'
group by error_code, error_kind, next_action, kind order by n desc;

-- name: RetryLink :execrows
update links set state = case when state = 'unknown' then 'unknown' else 'pending' end, attempts = 0, due_at = @now, mend = 'retry', mended_by = @mended_by,
  dismissed_by = '', dismiss_reason = '', dismissed_from = '', dismissal = null, dismissed_at = null, updated_at = @now
where org_id = @org_id and service = @service and kind = @kind and record_id = @record_id and state in ('rejected', 'dead', 'blocked', 'dismissed', 'pending', 'unknown') and claimed_by is null;

-- name: RetryLinks :execrows
update links set state = 'pending', attempts = 0, due_at = @now, mend = 'retry', mended_by = @mended_by, updated_at = @now
where org_id = @org_id and state in ('rejected', 'dead', 'blocked') and (cast(@error_code as text) = '' or error_code = @error_code);

-- name: RetryCause :execrows
update links set state = 'pending', attempts = 0, due_at = @now, mend = 'retry', mended_by = @mended_by, updated_at = @now
where org_id = @org_id and kind = @kind and error_code = @error_code and error_kind = @error_kind and next_action = @next_action
  and state in ('rejected', 'dead', 'blocked');

-- name: SeeFailures :exec
update links set seen_at = @now where org_id = @org_id and state in ('rejected', 'dead', 'blocked') and seen_at is null;

-- name: InsertProcess :exec
insert into processes (id, host, pid, started_at, seen_at) values (@id, @host, @pid, @started_at, @seen_at)
on conflict (id) do update set seen_at = excluded.seen_at;

-- name: Processes :many
select * from processes order by started_at;

-- name: DeleteProcess :exec
delete from processes where id = @id;

-- name: DeleteProcessesUnseen :execrows
delete from processes where seen_at < @before;

-- name: DueLinks :execrows
update links set due_at = @now where org_id = @org_id and service = @service and state in ('pending', 'unknown') and claimed_by is null;

-- name: KeepWriteKey :execrows
update links set write_key = @write_key
where org_id = @org_id and service = @service and kind = @kind and record_id = @record_id and claimed_by = @claimed_by;
