-- name: InsertCampaign :exec
insert into mail_campaigns (id, org_id, name, template, category, audience, search, state, start_at, place, planned, lines, bad_lines, settled, problem, actor, created_at, updated_at)
values (@id, @org_id, @name, @template, @category, @audience, @search, @state, @start_at, '', 0, 0, 0, 0, '', @actor, @now, @now);

-- name: Campaign :one
select * from mail_campaigns where org_id = @org_id and id = @id;

-- name: Campaigns :many
select * from mail_campaigns where org_id = @org_id and id < @before
  and (cast(@pattern as text) = '' or lower(name) like @pattern escape '\' or lower(actor) like @pattern escape '\')
order by id desc limit @max_rows;

-- name: CampaignsInState :many
select * from mail_campaigns where org_id = @org_id and state = @state and id < @before
  and (cast(@pattern as text) = '' or lower(name) like @pattern escape '\' or lower(actor) like @pattern escape '\')
order by id desc limit @max_rows;

-- name: OpenCampaigns :many
select * from mail_campaigns
where org_id = @org_id and state in ('loading', 'preparing', 'scheduled', 'running', 'stopping')
order by id;

-- name: OrganisationsWithCampaigns :many
select distinct org_id from mail_campaigns
where state in ('loading', 'preparing', 'scheduled', 'running', 'stopping')
  and (state <> 'scheduled' or start_at <= @now) and (state <> 'loading' or updated_at < @stale);

-- name: StepCampaign :execrows
update mail_campaigns set state = @state, problem = @problem, start_at = @start_at, begun_at = @begun_at, resumed_at = @resumed_at, ended_at = @ended_at, settled = @settled, updated_at = @now
where org_id = @org_id and id = @id and state = @was;

-- name: HoldCampaign :execrows
update mail_campaigns set updated_at = @now where org_id = @org_id and id = @id and state = @state;

-- name: AdvanceCampaign :execrows
update mail_campaigns set place = @place, planned = planned + @planned, updated_at = @now
where org_id = @org_id and id = @id and state = 'preparing' and place = @was;

-- name: CampaignState :one
select state from mail_campaigns where org_id = @org_id and id = @id;

-- name: CountCampaignLines :exec
update mail_campaigns set lines = lines + @lines, bad_lines = bad_lines + @bad_lines, updated_at = @now
where org_id = @org_id and id = @id and state = 'loading';

-- name: InsertCampaignLine :exec
insert into mail_campaign_lines (campaign_id, line, org_id, customer_id, text, problem)
values (@campaign_id, @line, @org_id, @customer_id, @text, @problem);

-- name: BadCampaignLines :many
select line, text, problem from mail_campaign_lines
where campaign_id = @campaign_id and org_id = @org_id and line > @after and problem <> ''
order by line limit @max_rows;

-- name: CustomersByNumber :many
select id, archived_at from customers where org_id = @org_id and number = @number limit 1;

-- name: CustomersByEmail :many
select id, archived_at from customers where org_id = @org_id and email = @email and email <> ''
order by archived_at is not null, id limit 1;

-- name: CampaignCustomers :many
select customers.id, customers.number, customers.name, customers.email, customers.marketing_consent, customers.archived_at,
  cast(coalesce((select contacts.first_name from contacts where contacts.org_id = customers.org_id and contacts.customer_id = customers.id order by contacts.position, contacts.id limit 1), '') as text) as contact
from customers
where customers.org_id = @org_id and customers.id > @after and customers.archived_at is null
  and (cast(@everybody as boolean) or customers.marketing_consent)
  and (cast(@pattern as text) = '' or customers.name_key like @pattern escape '\' or lower(customers.number) like @pattern escape '\'
    or customers.email like @pattern escape '\' or customers.abn like @pattern escape '\' or lower(customers.legal_name) like @pattern escape '\')
order by customers.id limit @max_rows;

-- name: CampaignListed :many
select l.line, customers.id, customers.number, customers.name, customers.email, customers.marketing_consent, customers.archived_at,
  cast(coalesce((select contacts.first_name from contacts where contacts.org_id = customers.org_id and contacts.customer_id = customers.id order by contacts.position, contacts.id limit 1), '') as text) as contact
from mail_campaign_lines l
join customers on customers.org_id = l.org_id and customers.id = l.customer_id
where l.campaign_id = @campaign_id and l.org_id = @org_id and l.line > @after and l.problem = ''
order by l.line limit @max_rows;

-- name: InsertRecipient :execrows
insert into mail_campaign_recipients (campaign_id, position, org_id, customer_id, address, name, state, code, reason)
values (@campaign_id, @position, @org_id, @customer_id, @address, @name, @state, @code, @reason)
on conflict (campaign_id, address) where state <> 'skipped' do nothing;

-- name: WaitingRecipients :many
select r.position, r.address, customers.id, customers.number, customers.name, customers.email, customers.marketing_consent, customers.archived_at,
  cast(coalesce((select contacts.first_name from contacts where contacts.org_id = customers.org_id and contacts.customer_id = customers.id order by contacts.position, contacts.id limit 1), '') as text) as contact
from mail_campaign_recipients r
join customers on customers.org_id = r.org_id and customers.id = r.customer_id
where r.campaign_id = @campaign_id and r.org_id = @org_id and r.state = 'waiting' and r.position > @after
order by r.position limit @max_rows;

-- name: Recipient :one
select * from mail_campaign_recipients where campaign_id = @campaign_id and org_id = @org_id and position = @position;

-- name: SettleRecipient :execrows
update mail_campaign_recipients set state = @state, address = @address, code = @code, reason = @reason, mail_id = @mail_id
where campaign_id = @campaign_id and org_id = @org_id and position = @position and state = 'waiting';

-- name: AddressTaken :one
select count(*) from mail_campaign_recipients
where campaign_id = @campaign_id and org_id = @org_id and address = @address and state <> 'skipped' and position <> @position;

-- name: CancelRecipients :execrows
update mail_campaign_recipients set state = 'cancelled'
where mail_campaign_recipients.campaign_id = @campaign_id and mail_campaign_recipients.org_id = @org_id and mail_campaign_recipients.state = 'waiting' and mail_campaign_recipients.position in (
  select r.position from mail_campaign_recipients r where r.campaign_id = @campaign_id and r.state = 'waiting' order by r.position limit @max_rows);

-- name: UnwrittenRecipients :many
select position, address from mail_campaign_recipients
where campaign_id = @campaign_id and org_id = @org_id and state = 'skipped' and code = @code and position > @after
order by position limit @max_rows;

-- name: WaitAgain :execrows
update mail_campaign_recipients set state = 'waiting', code = '', reason = ''
where campaign_id = @campaign_id and org_id = @org_id and position = @position and state = 'skipped';

-- name: CountRecipients :many
select state, count(*) as n from mail_campaign_recipients where campaign_id = @campaign_id and org_id = @org_id group by state;

-- name: CountCampaignMails :many
select state, count(*) as n from mails where campaign_id = @campaign_id group by state;

-- name: CountMailsWaitingIn :one
select count(*) from mails where campaign_id = @campaign_id and state in ('queued', 'sending');

-- name: CountSkipped :many
select code, reason, count(*) as n from mail_campaign_recipients
where campaign_id = @campaign_id and org_id = @org_id and state = 'skipped'
group by code, reason order by n desc, code, reason limit @max_rows;

-- name: CountHeldBack :many
select error_code as code, error_text as reason, count(*) as n from mails
where campaign_id = @campaign_id and org_id = @org_id and state = 'suppressed'
group by error_code, error_text order by n desc, code, reason limit @max_rows;

-- name: Recipients :many
select r.position, r.customer_id, r.address, r.name, r.code, r.reason, r.mail_id,
  cast(case when r.state = 'queued' then coalesce(m.state, '') else r.state end as text) as outcome,
  cast(coalesce(m.error_text, '') as text) as problem
from mail_campaign_recipients r left join mails m on m.id = r.mail_id
where r.campaign_id = @campaign_id and r.org_id = @org_id and r.position > @after
  and (cast(@outcome as text) = '' or (case when r.state = 'queued' then coalesce(m.state, '') else r.state end) = cast(@outcome as text))
  and (cast(@pattern as text) = '' or r.address like @pattern escape '\' or lower(r.name) like @pattern escape '\')
order by r.position limit @max_rows;

-- name: RecipientsInState :many
select r.position, r.customer_id, r.address, r.name, r.code, r.reason, r.mail_id,
  r.state as outcome, cast('' as text) as problem
from mail_campaign_recipients r
where r.campaign_id = @campaign_id and r.org_id = @org_id and r.state = @state and r.position > @after
  and (cast(@pattern as text) = '' or r.address like @pattern escape '\' or lower(r.name) like @pattern escape '\')
order by r.position limit @max_rows;

-- name: RecipientsByMail :many
select r.position, r.customer_id, r.address, r.name, r.code, r.reason, r.mail_id,
  m.state as outcome, m.error_text as problem
from mails m join mail_campaign_recipients r on r.mail_id = m.id
where m.campaign_id = @campaign_id and m.org_id = @org_id and m.state = @state and m.id > @after
  and (cast(@pattern as text) = '' or r.address like @pattern escape '\' or lower(r.name) like @pattern escape '\')
order by m.id limit @max_rows;

-- name: CancelCampaignMails :execrows
update mails set state = 'cancelled', cancelled_at = @now, error_code = 'cancelled', error_text = @error_text
where mails.org_id = @org_id and mails.campaign_id = @campaign_id and mails.state = 'queued' and mails.parcel_id is null and mails.id in (
  select m.id from mails m where m.campaign_id = @campaign_id and m.state = 'queued' and m.parcel_id is null order by m.id limit @max_rows);

-- name: ReleaseCampaignMails :execrows
update mails set due_at = @now, error_code = '', error_text = ''
where org_id = @org_id and campaign_id = @campaign_id and state = 'queued' and parcel_id is null and due_at > @now and error_code = @error_code;

-- name: CountRetriable :one
select count(*) from mails
where org_id = @org_id and campaign_id = @campaign_id and state = 'failed' and remote_id = '' and failed_at is null and error_code <> @uncertain;

-- name: RetryCampaignMails :execrows
update mails set state = 'queued', parcel_id = null, position = 0, attempts = 0, due_at = @now, error_code = '', error_text = '', cancelled_at = null
where mails.org_id = @org_id and mails.campaign_id = @campaign_id and mails.state = 'failed' and mails.id in (
  select m.id from mails m
  where m.campaign_id = @campaign_id and m.state = 'failed' and m.remote_id = '' and m.failed_at is null and m.error_code <> @uncertain order by m.id limit @max_rows);

-- name: HoldMailHour :one
insert into mail_hours (org_id, hour, used) values (@org_id, @hour, 0)
on conflict (org_id, hour) do update set used = mail_hours.used
returning used;

-- name: AddToMailHour :exec
insert into mail_hours (org_id, hour, used) values (@org_id, @hour, @used)
on conflict (org_id, hour) do update set used = mail_hours.used + excluded.used;

-- name: GiveBackMailHour :exec
update mail_hours set used = case when used > @used then used - @used else 0 end where org_id = @org_id and hour = @hour;

-- name: MailHoursSince :many
select hour, used from mail_hours where org_id = @org_id and hour >= @since order by hour;

-- name: DropMailHours :exec
delete from mail_hours where hour < @before;
