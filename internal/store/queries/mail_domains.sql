-- name: MailDomains :many
select * from mail_domains
where org_id = @org_id and gone_at is null and (name > @after_name or (name = @after_name and id > @after_id))
  and (cast(@pattern as text) = '' or name like @pattern escape '\')
order by name, id
limit @max_rows;

-- name: MailDomain :one
select * from mail_domains where org_id = @org_id and id = @id;

-- name: MailDomainNamed :many
select * from mail_domains where org_id = @org_id and name = @name and gone_at is null order by id limit 1;

-- name: MailDomainsByRemote :many
select * from mail_domains where remote_id = @remote_id order by id;

-- name: HoldMailDomain :one
update mail_domains set name = name where org_id = @org_id and remote_id = @remote_id returning *;

-- name: InsertMailDomain :execrows
insert into mail_domains (id, org_id, remote_id, name, region, status, sending, receiving, open_tracking, click_tracking, broken_why)
values (@id, @org_id, @remote_id, @name, @region, '', true, false, false, false, '')
on conflict do nothing;

-- name: UpdateMailDomain :execrows
update mail_domains set name = @name, region = @region, status = @status, sending = @sending, receiving = @receiving, open_tracking = @open_tracking,
  click_tracking = @click_tracking, read_at = @read_at, event_at = @event_at, looked_at = @looked_at, verified_at = @verified_at, broken_at = @broken_at,
  broken_why = @broken_why, gone_at = @gone_at
where org_id = @org_id and id = @id;

-- name: MailDomainRecords :many
select * from mail_domain_records where domain_id = @domain_id and org_id = @org_id order by position;

-- name: DeleteMailDomainRecords :exec
delete from mail_domain_records where domain_id = @domain_id and org_id = @org_id;

-- name: InsertMailDomainRecord :exec
insert into mail_domain_records (domain_id, position, org_id, kind, type, name, host, value, priority, status, verdict, found, found_at, unanswered, looked_at, right_at)
values (@domain_id, @position, @org_id, @kind, @type, @name, @host, @value, @priority, @status, @verdict, @found, @found_at, @unanswered, @looked_at, @right_at);

-- name: InsertMailDomainChange :exec
insert into mail_domain_changes (id, org_id, domain_id, subject, was, became, cause, actor, note, at)
values (@id, @org_id, @domain_id, @subject, @was, @became, @cause, @actor, @note, @now);

-- name: MailDomainChanges :many
select * from mail_domain_changes where domain_id = @domain_id and org_id = @org_id order by id desc limit @max_rows;

-- name: DeleteMailDomainChanges :exec
delete from mail_domain_changes where domain_id = @domain_id and org_id = @org_id;

-- name: DeleteMailDomain :exec
delete from mail_domains where id = @id and org_id = @org_id;

-- name: MailDomainRead :one
select * from mail_domain_reads where org_id = @org_id;

-- name: KeepMailDomainRead :exec
insert into mail_domain_reads (org_id, tried_at, problem) values (@org_id, @now, @problem)
on conflict (org_id) do update set tried_at = excluded.tried_at, problem = excluded.problem;
