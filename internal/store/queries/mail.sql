-- name: InsertMail :exec
insert into mails (id, org_id, category, stream, template, about_kind, about_id, customer_id, recipient, recipient_name, subject, alone, state, urgency,
  position, remote_id, attempts, due_at, error_code, error_text, created_by, created_at, suppressed_at,
  campaign_id)
values (@id, @org_id, @category, @stream, @template, @about_kind, @about_id, @customer_id, @recipient, @recipient_name, @subject, @alone, @state, @urgency,
  0, '', 0, @due_at, @error_code, @error_text, @created_by, @now, @suppressed_at,
  @campaign_id);

-- name: Mail :one
select * from mails where org_id = @org_id and id = @id;

-- name: InsertMailPayload :exec
insert into mail_payloads (mail_id, payload) values (@mail_id, @payload);

-- name: UpdateMailPayload :exec
update mail_payloads set payload = @payload where mail_id = @mail_id;

-- name: MailPayload :one
select payload from mail_payloads where mail_id = @mail_id;

-- name: PayloadsInParcel :many
select p.mail_id, p.payload from mails m join mail_payloads p on p.mail_id = m.id where m.parcel_id = @parcel_id;

-- name: HoldMail :one
update mails set position = position where id = @id returning *;

-- name: HoldMailsInParcel :many
update mails set position = position where parcel_id = @parcel_id returning *;

-- name: MailByRemote :one
select id from mails where remote_id = @remote_id and remote_id <> '' limit 1;

-- name: Mails :many
select * from mails where org_id = @org_id and id < @before
order by id desc limit @max_rows;

-- name: MailsInState :many
select * from mails where org_id = @org_id and state = @state and id < @before
order by id desc limit @max_rows;

-- name: MailsInCategory :many
select * from mails where org_id = @org_id and category = @category and id < @before
order by id desc limit @max_rows;

-- name: MailsInCategoryAndState :many
select * from mails where org_id = @org_id and category = @category and state = @state and id < @before
order by id desc limit @max_rows;

-- name: MailsTo :many
select * from mails where org_id = @org_id and recipient = @recipient and id < @before
  and (cast(@state as text) = '' or state = @state) and (cast(@category as text) = '' or category = @category)
order by id desc limit @max_rows;

-- name: NextRecipient :many
select recipient from mails where org_id = @org_id and recipient >= @first and recipient < @beyond
order by recipient limit 1;

-- name: MailBack :one
select id from mails where org_id = @org_id and id < @before order by id desc limit 1 offset @rows;

-- name: SearchMails :many
select * from mails where org_id = @org_id and id < @before and id >= @floor
  and (recipient like cast(@prefix as text) escape '\' or lower(subject) like cast(@pattern as text) escape '\')
  and (cast(@state as text) = '' or state = @state) and (cast(@category as text) = '' or category = @category)
order by id desc limit @max_rows;

-- name: MailsAbout :many
select * from mails where org_id = @org_id and about_id = @about_id and id < @before
order by id desc limit @max_rows;

-- name: MailsOfCustomer :many
select * from mails where org_id = @org_id and customer_id = @customer_id and id < @before
order by id desc limit @max_rows;

-- name: WaitingMails :many
select id, alone, urgency from mails
where org_id = @org_id and state = 'queued' and parcel_id is null and urgency <= @least and due_at <= @now
order by urgency, due_at, id limit @max_rows;

-- name: PackMail :one
update mails set parcel_id = @parcel_id, position = @position, state = 'sending'
where id = @id and state = 'queued' and parcel_id is null
returning *;

-- name: InsertParcel :exec
insert into mail_parcels (id, org_id, size, urgency, state, attempts, due_at, doubtful, account, claimed_by, claimed_at, created_at)
values (@id, @org_id, @size, @urgency, 'sending', 0, @now, false, @account, @claimed_by, @now, @now);

-- name: ClaimParcel :one
update mail_parcels set state = 'sending', claimed_by = @claimed_by, claimed_at = @now
where mail_parcels.id = (
  select p.id from mail_parcels p
  where p.org_id = @org_id and p.state = 'waiting' and p.due_at <= @now and p.urgency <= @least
  order by p.urgency, p.due_at, p.id limit 1
) and state = 'waiting'
returning *;

-- name: TryParcel :execrows
update mail_parcels set tried_at = coalesce(tried_at, @now), doubtful = true where id = @id and claimed_by = @claimed_by;

-- name: SettleParcel :execrows
update mail_parcels set state = @state, attempts = @attempts, due_at = @due_at, doubtful = @doubtful, claimed_by = null, claimed_at = null
where id = @id and claimed_by = @claimed_by;

-- name: MailsInParcel :many
select * from mails where parcel_id = @parcel_id order by position;

-- name: UpdateMail :execrows
update mails set state = @state, parcel_id = @parcel_id, alone = @alone, remote_id = @remote_id, attempts = @attempts, due_at = @due_at, error_code = @error_code, error_text = @error_text,
  sent_at = @sent_at, delayed_at = @delayed_at, delivered_at = @delivered_at, opened_at = @opened_at, clicked_at = @clicked_at,
  opened_by_person_at = @opened_by_person_at, clicked_by_person_at = @clicked_by_person_at, bounced_at = @bounced_at, complained_at = @complained_at,
  failed_at = @failed_at, suppressed_at = @suppressed_at, cancelled_at = @cancelled_at,
  unsubscribed_at = @unsubscribed_at, left_at = @left_at
where id = @id and org_id = @org_id;

-- name: RequeueMail :execrows
update mails set state = 'queued', parcel_id = null, position = 0, attempts = 0, due_at = @now, error_code = '', error_text = '', cancelled_at = null
where org_id = @org_id and id = @id and state in ('failed', 'cancelled') and remote_id = '' and failed_at is null;

-- name: CancelMail :execrows
update mails set state = 'cancelled', cancelled_at = @now, error_code = 'cancelled', error_text = @error_text
where org_id = @org_id and id = @id and state = 'queued' and parcel_id is null;

-- name: WaitingMailsTo :many
select id, category from mails where org_id = @org_id and recipient = @recipient and state = 'queued' and parcel_id is null
order by urgency, due_at, id;

-- name: SuppressMail :execrows
update mails set state = 'suppressed', suppressed_at = @now, error_code = @error_code, error_text = @error_text
where org_id = @org_id and id = @id and state = 'queued' and parcel_id is null;

-- name: NextWaitingMail :many
select due_at from mails where org_id = @org_id and state = 'queued' and parcel_id is null order by due_at limit 1;

-- name: NextWaitingParcel :many
select due_at from mail_parcels where org_id = @org_id and state <> 'done' and state = 'waiting' order by due_at limit 1;

-- name: OrganisationsWithMail :many
select s.org_id from mail_settings s
where (s.paused_why = '' or s.paused_until <= @now) and (
  exists (select 1 from mails m where m.org_id = s.org_id and m.state = 'queued' and m.parcel_id is null and m.due_at <= @now)
  or exists (select 1 from mail_parcels p where p.org_id = s.org_id and p.state <> 'done' and p.state = 'waiting' and p.due_at <= @now)
);

-- name: ReleaseDeadParcels :execrows
update mail_parcels set state = 'waiting', claimed_by = null, claimed_at = null
where state <> 'done' and state = 'sending' and claimed_by is not null and claimed_by not in (select id from processes);

-- name: ReleaseParcels :execrows
update mail_parcels set state = 'waiting', claimed_by = null, claimed_at = null
where org_id = @org_id and state <> 'done' and state = 'sending' and claimed_by = @claimed_by;

-- name: CountMailsInState :one
select count(*) from mails where org_id = @org_id and state = @state and id >= @since;

-- name: InsertMailEvent :execrows
insert into mail_events (id, org_id, mail_id, remote_id, what, at, recipient, agent, link, permanent, code, text)
values (@id, @org_id, @mail_id, @remote_id, @what, @at, @recipient, @agent, @link, @permanent, @code, @text)
on conflict (id) do nothing;

-- name: MailEvents :many
select * from mail_events where mail_id = @mail_id order by at, id limit @max_rows;

-- The row stays locked until the transaction ends.

-- name: HoldStranger :exec
insert into mail_strangers (remote_id) values (@remote_id)
on conflict (remote_id) do update set remote_id = excluded.remote_id;

-- name: StrangeMailEvents :many
select * from mail_events where remote_id = @remote_id and mail_id is null order by at, id;

-- name: AdoptMailEvents :execrows
update mail_events set mail_id = @mail_id, org_id = @org_id, recipient = @recipient where remote_id = @remote_id and mail_id is null;

-- name: ClicksBetween :many
select * from mail_events where mail_id = @mail_id and what = 'clicked' and at >= @since and at <= @until;

-- name: ChangeAgent :exec
update mail_events set agent = @agent where id = @id;

-- name: FirstClickByPerson :many
select at from mail_events where mail_id = @mail_id and what = 'clicked' and agent = 'person' order by at limit 1;

-- name: TransientBounces :many
select at from mail_events
where org_id = @org_id and recipient = @recipient and what = 'bounced' and at > @since and at <= @until and permanent = false
order by at limit @max_rows;

-- name: MailSettings :one
select * from mail_settings where org_id = @org_id;

-- name: UpsertMailSettings :exec
insert into mail_settings (org_id, settings, sealed_key, paused_why, paused_code, updated_by, updated_at)
values (@org_id, @settings, @sealed_key, '', '', @updated_by, @now)
on conflict (org_id) do update set settings = excluded.settings, sealed_key = excluded.sealed_key, updated_by = excluded.updated_by, updated_at = excluded.updated_at;

-- name: PauseMail :execrows
update mail_settings set paused_why = @paused_why, paused_code = @paused_code, paused_until = @paused_until, updated_at = @now where org_id = @org_id;
