-- name: Fact :one
select value from facts where name = @name;

-- name: KeepFact :exec
insert into facts (name, value) values (@name, @value)
on conflict (name) do nothing;

-- name: SetFact :exec
insert into facts (name, value) values (@name, @value)
on conflict (name) do update set value = excluded.value;

-- name: InsertOrganisation :exec
insert into organisations (id, name, currency, time_zone, country, terms_days, year_start, invoice_prefix, order_prefix, tax_rates, created_at, credit_prefix)
values (@id, @name, @currency, @time_zone, @country, @terms_days, @year_start, @invoice_prefix, @order_prefix, @tax_rates, @created_at, @credit_prefix);

-- name: Organisation :one
select * from organisations where id = @id;

-- name: Organisations :many
select * from organisations order by id;

-- name: UpdateOrganisation :execrows
update organisations set name = @name, currency = @currency, time_zone = @time_zone, country = @country,
  terms_days = @terms_days, year_start = @year_start, invoice_prefix = @invoice_prefix, order_prefix = @order_prefix,
  credit_prefix = @credit_prefix, tax_rates = @tax_rates
where id = @id;

-- name: HoldOrganisation :execrows
-- Changes nothing; whoever else holds the organisation waits for the end of the transaction.
update organisations set name = name where id = @id;

-- name: InsertUser :execrows
insert into users (id, email, name, password_hash, disabled_at, created_at)
values (@id, @email, @name, @password_hash, @disabled_at, @created_at)
on conflict (email) do nothing;

-- name: UserByEmail :one
select * from users where email = @email;

-- name: User :one
select * from users where id = @id;

-- name: SetPassword :execrows
update users set password_hash = @password_hash where id = @id;

-- name: SetUserName :execrows
update users set name = @name where id = @id;

-- name: SetUserDisabled :execrows
update users set disabled_at = @disabled_at where id = @id;

-- name: InsertMember :execrows
insert into members (org_id, user_id, role, created_at) values (@org_id, @user_id, @role, @created_at)
on conflict (org_id, user_id) do nothing;

-- name: SetMemberRole :execrows
update members set role = @role where org_id = @org_id and user_id = @user_id;

-- name: DeleteMember :execrows
delete from members where org_id = @org_id and user_id = @user_id;

-- name: Members :many
select users.id, users.email, users.name, users.disabled_at, users.created_at as user_created_at, members.role, members.created_at
from members join users on users.id = members.user_id
where members.org_id = @org_id
order by users.name, users.id;

-- name: Memberships :many
select members.org_id, members.role, organisations.name
from members join organisations on organisations.id = members.org_id
where members.user_id = @user_id
order by members.created_at, members.org_id;

-- name: InsertSession :exec
insert into sessions (token_hash, user_id, org_id, user_agent, address, created_at, seen_at, expires_at)
values (@token_hash, @user_id, @org_id, @user_agent, @address, @created_at, @seen_at, @expires_at);

-- name: Session :one
select sessions.user_id, sessions.org_id, sessions.user_agent, sessions.created_at, sessions.seen_at, sessions.expires_at,
  users.name, users.email, users.disabled_at, members.role, organisations.name as org_name
from sessions
join organisations on organisations.id = sessions.org_id
join users on users.id = sessions.user_id
join members on members.user_id = sessions.user_id and members.org_id = sessions.org_id
where sessions.token_hash = @token_hash;

-- name: SessionsOfUser :many
select * from sessions where user_id = @user_id order by seen_at desc, token_hash;

-- name: TouchSession :exec
update sessions set seen_at = @seen_at, expires_at = @expires_at, address = @address where token_hash = @token_hash;

-- name: MoveSession :exec
update sessions set org_id = @org_id where token_hash = @token_hash;

-- name: DeleteSession :exec
delete from sessions where token_hash = @token_hash;

-- name: DeleteSessionsOfUser :exec
delete from sessions where user_id = @user_id and token_hash <> @keep;

-- name: DeleteSessionsOfMember :exec
delete from sessions where user_id = @user_id and org_id = @org_id;

-- name: DeleteExpiredSessions :execrows
delete from sessions where expires_at < @before;

-- name: InsertAPIToken :exec
insert into api_tokens (id, org_id, name, role, token_hash, hint, created_by, created_at, expires_at)
values (@id, @org_id, @name, @role, @token_hash, @hint, @created_by, @created_at, @expires_at);

-- name: APITokenByHash :one
select sqlc.embed(api_tokens), organisations.name as org_name
from api_tokens join organisations on organisations.id = api_tokens.org_id
where api_tokens.token_hash = @token_hash;

-- name: APITokens :many
select * from api_tokens where org_id = @org_id order by id desc;

-- name: RevokeAPIToken :execrows
update api_tokens set revoked_at = coalesce(revoked_at, @revoked_at) where org_id = @org_id and id = @id;

-- name: TouchAPIToken :exec
update api_tokens set last_used_at = @last_used_at where id = @id and (last_used_at is null or last_used_at <= @before);

-- name: SignInFailure :one
select failures, since from sign_in_failures where subject = @subject;

-- name: CountSignInFailure :one
insert into sign_in_failures (subject, failures, since) values (@subject, 1, @now)
on conflict (subject) do update set
  failures = case when sign_in_failures.since <= @window_start then 1 else sign_in_failures.failures + 1 end,
  since = case when sign_in_failures.since <= @window_start then excluded.since else sign_in_failures.since end
returning failures, since;

-- name: ClearSignInFailures :exec
delete from sign_in_failures where subject = @subject;

-- name: UncountSignInFailure :exec
update sign_in_failures set failures = failures - 1 where subject = @subject and failures > 0;

-- name: DeleteOldSignInFailures :exec
delete from sign_in_failures where since < @before;

-- name: KeepIdempotencyKey :execrows
insert into idempotency_keys (org_id, key, fingerprint, status, content_type, body, created_at)
values (@org_id, @key, @fingerprint, 0, '', '', @created_at)
on conflict (org_id, key) do nothing;

-- name: IdempotencyKey :one
select * from idempotency_keys where org_id = @org_id and key = @key;

-- name: TakeOverIdempotencyKey :execrows
update idempotency_keys set created_at = @now
where org_id = @org_id and key = @key and status = 0 and created_at <= @stale;

-- name: DropExpiredIdempotencyKey :exec
delete from idempotency_keys where org_id = @org_id and key = @key and created_at <= @before;

-- name: AnswerIdempotencyKey :execrows
update idempotency_keys set status = @status, content_type = @content_type, body = @body
where org_id = @org_id and key = @key and status = 0;

-- name: DropIdempotencyKey :exec
delete from idempotency_keys where org_id = @org_id and key = @key and status = 0;

-- name: DeleteOldIdempotencyKeys :execrows
delete from idempotency_keys where created_at <= @before;

-- name: InsertNotification :exec
insert into notifications (id, org_id, cause, level, title, text, href, created_at)
values (@id, @org_id, @cause, @level, @title, @text, @href, @created_at);

-- name: LastNotification :one
select * from notifications where org_id = @org_id and cause = @cause order by created_at desc limit 1;

-- name: Notifications :many
select * from notifications where org_id = @org_id and id < @before order by id desc limit @max_rows;

-- name: CountUnreadNotifications :one
select count(*) from notifications where org_id = @org_id and read_at is null;

-- name: MarkNotificationsRead :exec
update notifications set read_at = @read_at where org_id = @org_id and id <= @up_to and read_at is null;

-- name: DeleteOldNotifications :execrows
delete from notifications where created_at < @before;
