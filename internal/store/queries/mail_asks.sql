-- name: SilentMails :many
select id, remote_id, recipient, left_at from mails
where org_id = @org_id and state = @state and id >= @since and id > @after and remote_id <> '' and left_at is not null and left_at < @until
  and (asked_at is null or asked_at < @again)
order by id limit @max_rows;

-- name: AskedMail :exec
update mails set asked_at = @now where org_id = @org_id and id = @id;

-- name: OrganisationsWithSilentMail :many
select s.org_id from mail_settings s
where exists (select 1 from mails m where m.org_id = s.org_id and m.state = @state and m.id >= @since and m.left_at is not null and m.left_at < @until
  and (m.asked_at is null or m.asked_at < @again));
