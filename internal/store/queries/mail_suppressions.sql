-- name: InsertSuppression :execrows
insert into mail_suppressions (id, org_id, address, scope, reason, via, source, note, created_by, created_at, removed_by, removed_note, remote_state, remote_id, remote_at)
values (@id, @org_id, @address, @scope, @reason, @via, @source, @note, @created_by, @now, '', '', @remote_state, @remote_id, @remote_at)
on conflict (org_id, address, scope) where removed_at is null do nothing;

-- name: ChangeReason :execrows
update mail_suppressions set reason = @reason, via = @via, source = @source, note = @note
where org_id = @org_id and id = @id and removed_at is null;

-- name: LastRemoval :many
select removed_at from mail_suppressions where org_id = @org_id and address = @address and removed_at is not null and scope = @scope
order by removed_at desc limit 1;

-- name: SuppressionsOf :many
select * from mail_suppressions where org_id = @org_id and address = @address and removed_at is null;

-- name: RemovedSuppressionsOf :many
select * from mail_suppressions where org_id = @org_id and address = @address and removed_at is not null
order by removed_at desc limit @max_rows;

-- name: Suppression :one
select * from mail_suppressions where org_id = @org_id and id = @id;

-- name: Suppressions :many
select * from mail_suppressions where org_id = @org_id and id < @before and removed_at is null
  and (cast(@kind as text) = '' or (cast(@kind as text) = 'unsubscribed') = (reason = 'unsubscribe'))
  and (cast(@reason as text) = '' or reason = @reason) and (cast(@scope as text) = '' or scope = @scope) and (cast(@via as text) = '' or via = @via)
  and (cast(@pattern as text) = '' or address like @pattern escape '\') and (cast(@by_pattern as text) = '' or lower(created_by) like @by_pattern escape '\')
  and created_at >= @from_time and created_at < @until_time
order by id desc limit @max_rows;

-- name: RemovedSuppressions :many
select * from mail_suppressions where org_id = @org_id and id < @before and removed_at is not null
  and (cast(@reason as text) = '' or reason = @reason) and (cast(@scope as text) = '' or scope = @scope) and (cast(@via as text) = '' or via = @via)
  and (cast(@pattern as text) = '' or address like @pattern escape '\') and (cast(@by_pattern as text) = '' or lower(removed_by) like @by_pattern escape '\')
  and removed_at >= @from_time and removed_at < @until_time
order by id desc limit @max_rows;

-- name: RemoveSuppression :execrows
update mail_suppressions set removed_at = @now, removed_by = @removed_by, removed_note = @removed_note,
  remote_state = case when remote_state in ('adding', 'there', 'removing') then 'removing' else '' end
where org_id = @org_id and id = @id and removed_at is null;

-- name: SuppressionsToTell :many
select * from mail_suppressions where org_id = @org_id and remote_state in ('adding', 'removing') and remote_state = @remote_state and id > @after
order by id limit @max_rows;

-- name: CountSuppressionsToTell :one
select count(*) from mail_suppressions where org_id = @org_id and remote_state in ('adding', 'removing');

-- name: SuppressionsThere :many
select id, remote_id, address, remote_at from mail_suppressions where org_id = @org_id and remote_state = 'there' and id > @after
order by id limit @max_rows;

-- name: PlaceSuppression :execrows
update mail_suppressions set remote_state = @remote_state, remote_id = @remote_id, remote_at = @remote_at
where org_id = @org_id and id = @id and remote_state = @was;

-- name: CountSuppressionsWithRemote :one
select count(*) from mail_suppressions where org_id = @org_id and remote_id = @remote_id and remote_id <> '';

-- name: ListExchange :one
select * from mail_list_exchanges where org_id = @org_id;

-- name: KeepListAccount :exec
insert into mail_list_exchanges (org_id, state, problem, attempts, account, reached, updated_at) values (@org_id, '', '', 0, @account, '', @now)
on conflict (org_id) do update set account = excluded.account,
  state = case when mail_list_exchanges.account = excluded.account then mail_list_exchanges.state else '' end,
  problem = case when mail_list_exchanges.account = excluded.account then mail_list_exchanges.problem else '' end,
  whole_at = case when mail_list_exchanges.account = excluded.account then mail_list_exchanges.whole_at else null end,
  begun_at = case when mail_list_exchanges.account = excluded.account then mail_list_exchanges.begun_at else null end,
  updated_at = excluded.updated_at;

-- name: HoldListExchange :execrows
update mail_list_exchanges set held_by = @held_by, held_until = @held_until, updated_at = @now
where org_id = @org_id and (held_until is null or held_until < @now or held_by = @held_by);

-- name: SaveListExchange :exec
update mail_list_exchanges set state = @state, problem = @problem, attempts = @attempts, looked_at = @looked_at, whole_at = @whole_at, begun_at = @begun_at, reached = @reached,
  held_by = null, held_until = null, updated_at = @now
where org_id = @org_id;

-- name: CountOthersWithAccount :one
select count(*) from mail_list_exchanges where account = @account and org_id <> @org_id;

-- name: CountOthersWithoutMailKey :one
select count(*) from mail_settings where sealed_key = '' and org_id <> @org_id;

-- name: InsertConsent :exec
insert into mail_consents (id, org_id, address_hash, customer_id, scope, given, way, note, created_by, created_at)
values (@id, @org_id, @address_hash, @customer_id, @scope, @given, @way, @note, @created_by, @now);

-- name: Consents :many
select * from mail_consents where org_id = @org_id and id < @before order by id desc limit @max_rows;

-- name: ConsentsOfCustomer :many
select * from mail_consents where org_id = @org_id and id < @before
  and (customer_id = @customer_id or (address_hash = @address_hash and address_hash <> ''))
order by id desc limit @max_rows;

-- name: ConsentsOfAddress :many
select * from mail_consents where org_id = @org_id and id < @before and address_hash = @address_hash
order by id desc limit @max_rows;

-- name: InsertConfirmation :exec
insert into mail_confirmations (id, org_id, token_hash, address, wanted, mail_id, created_at, expires_at)
values (@id, @org_id, @token_hash, @address, @wanted, @mail_id, @now, @expires_at);

-- name: Confirmation :one
select * from mail_confirmations where token_hash = @token_hash;

-- name: UseConfirmation :execrows
update mail_confirmations set used_at = @used_at where id = @id and used_at is null and expires_at > @now;

-- name: CountConfirmations :one
select count(*) from mail_confirmations where org_id = @org_id and address = @address and created_at > @since;

-- name: DropConfirmations :exec
delete from mail_confirmations where expires_at < @before;

-- name: CustomersWithEmail :many
select id from customers where org_id = @org_id and email = @email and archived_at is null order by id limit 20;

-- name: InsertSuppressionImport :exec
insert into mail_suppression_imports (id, org_id, name, state, lines, refused, taken, added, known, created_by, created_at)
values (@id, @org_id, @name, @state, @lines, @refused, 0, 0, 0, @created_by, @now);

-- name: InsertSuppressionImportFile :exec
insert into mail_suppression_import_files (import_id, file) values (@import_id, @file);

-- name: SuppressionImport :one
select * from mail_suppression_imports where org_id = @org_id and id = @id;

-- name: SuppressionImportFile :one
select file from mail_suppression_import_files where import_id = @import_id;

-- name: BeginSuppressionImport :execrows
update mail_suppression_imports set state = 'running' where org_id = @org_id and id = @id and state = 'ready';

-- name: AdvanceSuppressionImport :execrows
update mail_suppression_imports set taken = taken + @taken, added = added + @added, known = known + @known, state = @state, ended_at = @ended_at
where org_id = @org_id and id = @id and state = 'running' and taken = @was;

-- name: RunningSuppressionImports :many
select id, org_id from mail_suppression_imports where state = 'running' order by id limit 100;

-- name: DropSuppressionImportFiles :exec
delete from mail_suppression_import_files where import_id in (select id from mail_suppression_imports where created_at < @before and state <> 'running');

-- name: DropSuppressionImports :exec
delete from mail_suppression_imports where created_at < @before and state <> 'running';
