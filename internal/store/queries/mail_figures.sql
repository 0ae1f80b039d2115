-- name: FiguresByDay :many
select day, sent, delivered, opened, opened_by_person, clicked, clicked_by_person, bounced, complained, unsubscribed, stopped
from mail_figures
where org_id = @org_id and facet = @facet and day >= @first and day <= @last and value = @value
order by day;

-- name: FiguresOf :many
select value, cast(sum(sent) as bigint) as sent, cast(sum(delivered) as bigint) as delivered, cast(sum(opened) as bigint) as opened,
  cast(sum(opened_by_person) as bigint) as opened_by_person, cast(sum(clicked) as bigint) as clicked, cast(sum(clicked_by_person) as bigint) as clicked_by_person,
  cast(sum(bounced) as bigint) as bounced, cast(sum(complained) as bigint) as complained, cast(sum(unsubscribed) as bigint) as unsubscribed, cast(sum(stopped) as bigint) as stopped
from mail_figures
where org_id = @org_id and facet = @facet and day >= @first and day <= @last
group by value;

-- name: MonthsOff :many
select value,
  cast(sum(case when facet = 'domain' then sent else -sent end) as bigint) as sent,
  cast(sum(case when facet = 'domain' then delivered else -delivered end) as bigint) as delivered,
  cast(sum(case when facet = 'domain' then opened else -opened end) as bigint) as opened,
  cast(sum(case when facet = 'domain' then opened_by_person else -opened_by_person end) as bigint) as opened_by_person,
  cast(sum(case when facet = 'domain' then clicked else -clicked end) as bigint) as clicked,
  cast(sum(case when facet = 'domain' then clicked_by_person else -clicked_by_person end) as bigint) as clicked_by_person,
  cast(sum(case when facet = 'domain' then bounced else -bounced end) as bigint) as bounced,
  cast(sum(case when facet = 'domain' then complained else -complained end) as bigint) as complained,
  cast(sum(case when facet = 'domain' then unsubscribed else -unsubscribed end) as bigint) as unsubscribed,
  cast(sum(case when facet = 'domain' then stopped else -stopped end) as bigint) as stopped
from mail_figures
where org_id = @org_id and facet in ('domain', 'domain_month') and day >= @first and day <= @last
group by value;

-- name: FiguresOn :many
select * from mail_figures where org_id = @org_id and day = @day and facet <> 'domain_month';

-- name: FirstFigureDay :one
select cast(coalesce(min(day), '') as text) as day from mail_figures where org_id = @org_id and facet = 'all';

-- The row stays locked until the transaction ends: who adds to the figures of a
-- day holds it first.

-- name: HoldFigures :exec
insert into mail_figures (org_id, facet, day, value, sent, delivered, opened, opened_by_person, clicked, clicked_by_person, bounced, complained, unsubscribed, stopped)
values (@org_id, 'all', @day, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
on conflict (org_id, facet, day, value) do update set sent = mail_figures.sent;

-- name: MailsThatLeft :many
select * from mails
where org_id = @org_id and left_at is not null and left_at < @until and (left_at > @since or (left_at = @since and id > @after))
order by left_at, id limit @max_rows;

-- name: FirstThatLeft :many
select left_at from mails where org_id = @org_id and left_at is not null order by left_at limit 1;

-- name: LastMarketingTo :many
select id from mails
where org_id = @org_id and recipient = @recipient and stream = 'marketing' and left_at is not null
order by id desc limit 1;

-- name: SetFiguresZone :exec
update mail_settings set figures_zone = @zone where org_id = @org_id;

-- name: KeepReputation :execrows
update mail_settings set marketing_paused_why = @why, marketing_paused_at = @at, reputation = @reputation where org_id = @org_id;

-- name: HoldMailSettings :many
update mail_settings set reputation = reputation where org_id = @org_id returning *;
