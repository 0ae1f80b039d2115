-- name: RemoteList :one
select body, read_at from remote_lists where org_id = @org_id and service = @service and kind = @kind;

-- name: KeepRemoteList :exec
insert into remote_lists (org_id, service, kind, body, read_at) values (@org_id, @service, @kind, @body, @read_at)
on conflict (org_id, service, kind) do update set body = excluded.body, read_at = excluded.read_at;

-- name: ForgetRemoteLists :exec
delete from remote_lists where org_id = @org_id and service = @service;
