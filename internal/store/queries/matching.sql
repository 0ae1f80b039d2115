-- name: KeepRemoteContact :exec
insert into remote_contacts (org_id, service, remote_id, name, plain_name, number, email, status, merged_to, body, name_key, abn_key, email_key, domain_key, phone_key,
  match_id, score, reasons, runners, skipped_by, run_id, remote_updated, updated_at)
values (@org_id, @service, @remote_id, @name, @plain_name, @number, @email, @status, @merged_to, @body, @name_key, @abn_key, @email_key, @domain_key, @phone_key,
  null, 0, '', '', '', null, @remote_updated, @now)
on conflict (org_id, service, remote_id) do update set
  name = excluded.name, plain_name = excluded.plain_name, number = excluded.number, email = excluded.email, status = excluded.status, merged_to = excluded.merged_to,
  body = excluded.body, name_key = excluded.name_key, abn_key = excluded.abn_key, email_key = excluded.email_key, domain_key = excluded.domain_key,
  phone_key = excluded.phone_key, remote_updated = excluded.remote_updated, updated_at = excluded.updated_at
where remote_contacts.remote_updated <= excluded.remote_updated;

-- name: RemoteContact :one
select * from remote_contacts where org_id = @org_id and service = @service and remote_id = @remote_id;

-- name: RemoteContactsWithKeys :many
select * from remote_contacts c
where c.org_id = @org_id and c.service = @service and (c.status = 'ACTIVE' or c.number = @number)
  and (c.abn_key = @abn_key or c.email_key = @email_key or c.name_key = @name_key or c.phone_key = @phone_key or c.number = @number or c.plain_name = @plain_name)
  and not exists (select 1 from links l where l.org_id = c.org_id and l.service = c.service and l.kind = 'contact' and l.remote_id = c.remote_id and l.remote_id <> '')
order by c.remote_id
limit 20;

-- name: UnlinkedRemoteContacts :many
select c.remote_id, c.number, c.name, c.plain_name, c.name_key, c.abn_key, c.email_key, c.domain_key, c.phone_key, c.match_id, c.score, c.reasons, c.runners
from remote_contacts c
where c.org_id = @org_id and c.service = @service and c.status = 'ACTIVE' and c.remote_id > @after
  and not exists (select 1 from links l where l.org_id = c.org_id and l.service = c.service and l.kind = 'contact' and l.remote_id = c.remote_id and l.remote_id <> '')
order by c.remote_id
limit @max_rows;

-- name: UnlinkedCustomers :many
select c.id, c.number, c.name, c.abn, c.email, c.phone from customers c
where c.org_id = @org_id and c.archived_at is null and c.id > @after
  and not exists (select 1 from links l where l.org_id = c.org_id and l.service = @service and l.kind = 'contact' and l.record_id = c.id and l.remote_id <> '')
order by c.id
limit @max_rows;

-- name: SetContactMatch :exec
update remote_contacts set match_id = @match_id, score = @score, reasons = @reasons, runners = @runners, updated_at = @now
where org_id = @org_id and service = @service and remote_id = @remote_id;

-- name: SetContactSkipped :execrows
update remote_contacts set skipped_by = @skipped_by, updated_at = @now
where org_id = @org_id and service = @service and remote_id = @remote_id;

-- name: SuggestedContacts :many
select c.remote_id, c.name, c.number, c.email, c.status, c.abn_key, c.match_id, c.score, c.reasons, c.runners, c.skipped_by, c.plain_name,
  customers.name as customer_name, customers.number as customer_number, customers.email as customer_email
from remote_contacts c join customers on customers.id = c.match_id
where c.org_id = @org_id and c.service = @service and c.status = 'ACTIVE' and c.score >= @min_score
  and ((cast(@skipped as text) = '' and c.skipped_by = '') or (cast(@skipped as text) <> '' and c.skipped_by <> ''))
  and (c.score < @before_score or (c.score = @before_score and c.remote_id > @after))
  and (cast(@pattern as text) = '' or c.plain_name like @pattern escape '\' or lower(c.email) like @pattern escape '\' or customers.name_key like @pattern escape '\' or c.abn_key like @pattern escape '\')
  and not exists (select 1 from links l where l.org_id = c.org_id and l.service = c.service and l.kind = 'contact' and l.remote_id = c.remote_id and l.remote_id <> '')
order by c.score desc, c.remote_id
limit @max_rows;

-- name: OnlyRemoteContacts :many
select c.remote_id, c.name, c.number, c.email, c.status, c.abn_key, c.score, c.reasons, c.skipped_by, c.plain_name, c.run_id from remote_contacts c
where c.org_id = @org_id and c.service = @service and c.status <> 'GDPRREQUEST' and c.merged_to = '' and (c.score < @below or c.skipped_by <> '')
  and (c.plain_name > @after_name or (c.plain_name = @after_name and c.remote_id > @after))
  and (cast(@pattern as text) = '' or c.plain_name like @pattern escape '\' or lower(c.email) like @pattern escape '\' or c.abn_key like @pattern escape '\')
  and not exists (select 1 from links l where l.org_id = c.org_id and l.service = c.service and l.kind = 'contact' and l.remote_id = c.remote_id and l.remote_id <> '')
order by c.plain_name, c.remote_id
limit @max_rows;

-- name: OnlyOwnCustomers :many
select customers.id, customers.number, customers.name, customers.name_key, customers.email, customers.abn,
  coalesce(links.state, '') as link_state, coalesce(links.error_text, '') as error_text
from customers
left join links on links.org_id = customers.org_id and links.service = @service and links.kind = 'contact' and links.record_id = customers.id
where customers.org_id = @org_id and customers.archived_at is null and coalesce(links.remote_id, '') = ''
  and (customers.name_key > @after_name or (customers.name_key = @after_name and customers.id > @after_id))
  and (cast(@pattern as text) = '' or customers.name_key like @pattern escape '\' or lower(customers.number) like @pattern escape '\'
    or customers.email like @pattern escape '\' or customers.abn like @pattern escape '\')
order by customers.name_key, customers.id
limit @max_rows;

-- name: LinkedContacts :many
select customers.id, customers.number, customers.name, customers.name_key, links.remote_id, links.state, links.error_text,
  coalesce(c.name, '') as remote_name, coalesce(c.status, '') as remote_status
from customers
join links on links.org_id = customers.org_id and links.service = @service and links.kind = 'contact' and links.record_id = customers.id and links.remote_id <> ''
left join remote_contacts c on c.org_id = customers.org_id and c.service = links.service and c.remote_id = links.remote_id
where customers.org_id = @org_id
  and (customers.name_key > @after_name or (customers.name_key = @after_name and customers.id > @after_id))
  and (cast(@pattern as text) = '' or customers.name_key like @pattern escape '\' or lower(customers.number) like @pattern escape '\' or c.plain_name like @pattern escape '\')
order by customers.name_key, customers.id
limit @max_rows;

-- name: CountSuggested :one
select count(*) from remote_contacts c
where c.org_id = @org_id and c.service = @service and c.status = 'ACTIVE' and c.score >= @min_score and c.skipped_by = '' and c.match_id is not null
  and not exists (select 1 from links l where l.org_id = c.org_id and l.service = c.service and l.kind = 'contact' and l.remote_id = c.remote_id and l.remote_id <> '');

-- name: CountOnlyRemote :one
select count(*) from remote_contacts c
where c.org_id = @org_id and c.service = @service and c.status <> 'GDPRREQUEST' and c.merged_to = '' and (c.score < @below or c.skipped_by <> '')
  and not exists (select 1 from links l where l.org_id = c.org_id and l.service = c.service and l.kind = 'contact' and l.remote_id = c.remote_id and l.remote_id <> '');

-- name: CountOnlyOwn :one
select count(*) from customers
where customers.org_id = @org_id and customers.archived_at is null
  and not exists (select 1 from links l where l.org_id = customers.org_id and l.service = @service and l.kind = 'contact' and l.record_id = customers.id and l.remote_id <> '');

-- name: CountLinkedContacts :one
select count(*) from links where org_id = @org_id and service = @service and kind = 'contact' and remote_id <> '';

-- name: MarkSuggestedForRun :execrows
update remote_contacts set run_id = @run_id
where remote_contacts.org_id = @org_id and remote_contacts.service = @service and remote_contacts.status = 'ACTIVE' and remote_contacts.score >= @min_score
  and remote_contacts.skipped_by = '' and remote_contacts.match_id is not null
  and not exists (select 1 from links l where l.org_id = remote_contacts.org_id and l.service = remote_contacts.service and l.kind = 'contact' and l.remote_id = remote_contacts.remote_id and l.remote_id <> '');

-- name: MarkOnlyRemoteForRun :execrows
update remote_contacts set run_id = @run_id
where remote_contacts.org_id = @org_id and remote_contacts.service = @service and remote_contacts.status = 'ACTIVE' and remote_contacts.merged_to = ''
  and (remote_contacts.score < @below or remote_contacts.skipped_by <> '')
  and not exists (select 1 from links l where l.org_id = remote_contacts.org_id and l.service = remote_contacts.service and l.kind = 'contact' and l.remote_id = remote_contacts.remote_id and l.remote_id <> '');

-- name: MarkContactForRun :execrows
update remote_contacts set run_id = @run_id where org_id = @org_id and service = @service and remote_id = @remote_id;

-- name: ContactsOfRun :many
select * from remote_contacts where org_id = @org_id and run_id = @run_id order by remote_id limit @max_rows;

-- name: UnmarkContact :execrows
update remote_contacts set run_id = null where org_id = @org_id and service = @service and remote_id = @remote_id and run_id = @run_id;

-- name: UnmarkRun :exec
update remote_contacts set run_id = null where org_id = @org_id and run_id = @run_id;

-- name: InsertContactRun :exec
insert into contact_runs (id, org_id, kind, state, planned, done, failed, problem, actor, created_at, updated_at)
values (@id, @org_id, @kind, 'running', @planned, 0, 0, '', @actor, @now, @now);

-- name: ContactRun :one
select * from contact_runs where org_id = @org_id and id = @id;

-- name: LatestContactRun :many
select * from contact_runs where org_id = @org_id order by id desc limit 1;

-- name: RunningContactRuns :many
select * from contact_runs where state = 'running' order by id;

-- name: AdvanceContactRun :execrows
update contact_runs set done = done + @done, failed = failed + @failed, problem = case when cast(@problem as text) = '' then problem else @problem end, updated_at = @now
where org_id = @org_id and id = @id and state = 'running';

-- name: EndContactRun :execrows
update contact_runs set state = @state, updated_at = @now where org_id = @org_id and id = @id and state = 'running';

-- name: BindContact :exec
insert into links (org_id, service, kind, record_id, label, remote_id, remote_number, remote_version, snapshot, state, priority, wanted, agreed,
  attempts, due_at, write_key, error_kind, error_code, error_text, next_action, dismissed_by, dismiss_reason, created_at, updated_at)
values (@org_id, @service, 'contact', @record_id, @label, @remote_id, @remote_number, @remote_version, @snapshot, @state, @priority, @wanted, @agreed,
  0, @now, '', '', '', '', '', '', '', @now, @now)
on conflict (org_id, service, kind, record_id) do update set
  remote_id = excluded.remote_id, remote_number = excluded.remote_number, remote_version = excluded.remote_version, snapshot = excluded.snapshot,
  state = case when links.state = 'sending' then links.state else excluded.state end, agreed = excluded.agreed, wanted = excluded.wanted, attempts = 0,
  due_at = excluded.due_at, error_kind = '', error_code = '', error_text = '', next_action = '', seen_at = null,
  failed_at = case when excluded.state = 'synced' then null else links.failed_at end, mend = case when excluded.state = 'synced' then '' else 'matched' end, mended_by = '',
  dismissed_by = '', dismiss_reason = '', dismissed_from = '', dismissal = null, dismissed_at = null, updated_at = excluded.updated_at;

-- name: UnbindContact :execrows
delete from links where org_id = @org_id and service = @service and kind = 'contact' and record_id = @record_id and state <> 'sending';

-- name: AgreeContact :execrows
update links set agreed = @version, wanted = @version
where org_id = @org_id and service = @service and kind = 'contact' and record_id = @record_id and state = 'synced';

-- name: BlockContact :execrows
update links set state = 'blocked', error_kind = 'blocked', error_code = @error_code, error_text = @error_text, next_action = @next_action, failed_at = @failed_at, seen_at = null,
  failed_code = @error_code, failed_text = @error_text, mend = '', mended_by = '',
  dismissed_by = '', dismiss_reason = '', dismissed_from = '', dismissal = null, dismissed_at = null, updated_at = @now
where org_id = @org_id and service = @service and kind = 'contact' and record_id = @record_id and state not in ('sending', 'unknown') and error_code <> @error_code;

-- name: ReleaseContact :execrows
update links set state = 'pending', error_kind = '', error_code = '', error_text = '', next_action = '', due_at = @now, attempts = 0, mend = 'unblocked', mended_by = '', updated_at = @now
where org_id = @org_id and service = @service and kind = 'contact' and record_id = @record_id and state in ('blocked', 'rejected') and error_code = @error_code;

-- name: InsertConflict :exec
insert into contact_conflicts (id, org_id, customer_id, remote_id, field, ours, theirs, ours_by, ours_at, theirs_at, note, state, decided_by, created_at, updated_at)
values (@id, @org_id, @customer_id, @remote_id, @field, @ours, @theirs, @ours_by, @ours_at, @theirs_at, @note, @state, '', @now, @now);

-- name: ChangeConflict :execrows
update contact_conflicts set ours = @ours, theirs = @theirs, ours_by = @ours_by, ours_at = @ours_at, theirs_at = @theirs_at, note = @note, updated_at = @now
where org_id = @org_id and id = @id and state = 'open';

-- name: CloseConflict :execrows
update contact_conflicts set state = @state, decided_by = @decided_by, updated_at = @now where org_id = @org_id and id = @id and state = 'open';

-- name: Conflict :one
select * from contact_conflicts where org_id = @org_id and id = @id;

-- name: ConflictsOfCustomer :many
select * from contact_conflicts where org_id = @org_id and customer_id = @customer_id order by id desc limit 50;

-- name: OpenConflicts :many
select contact_conflicts.*, customers.name as customer_name, customers.number as customer_number
from contact_conflicts join customers on customers.id = contact_conflicts.customer_id
where contact_conflicts.org_id = @org_id and contact_conflicts.state = 'open' and contact_conflicts.id < @before
  and (cast(@pattern as text) = '' or customers.name_key like @pattern escape '\' or lower(customers.number) like @pattern escape '\')
order by contact_conflicts.id desc
limit @max_rows;

-- name: CountConflicts :one
select count(*) from contact_conflicts where org_id = @org_id and state = 'open';

-- name: ForgetRemoteContacts :exec
delete from remote_contacts where org_id = @org_id and service = @service;
