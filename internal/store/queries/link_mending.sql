-- name: DismissLink :execrows
update links set state = 'dismissed', dismissed_from = state, dismissal = @dismissal, dismissed_at = @now,
  dismissed_by = @dismissed_by, dismiss_reason = @dismiss_reason, updated_at = @now
where org_id = @org_id and service = @service and kind = @kind and record_id = @record_id and state in ('rejected', 'dead', 'blocked');

-- name: DismissCause :execrows
update links set state = 'dismissed', dismissed_from = state, dismissal = @dismissal, dismissed_at = @now,
  dismissed_by = @dismissed_by, dismiss_reason = @dismiss_reason, updated_at = @now
where org_id = @org_id and kind = @kind and error_code = @error_code and error_kind = @error_kind and next_action = @next_action
  and state in ('rejected', 'dead', 'blocked');

-- A program of before dismissed_from dismissed without keeping the state.

-- name: RestoreLink :execrows
update links set state = case when dismissed_from <> '' then dismissed_from when error_kind = 'blocked' then 'blocked' else 'rejected' end,
  dismissed_by = '', dismiss_reason = '', dismissed_from = '', dismissal = null, dismissed_at = null, updated_at = @now
where org_id = @org_id and service = @service and kind = @kind and record_id = @record_id and state = 'dismissed';

-- name: RestoreDismissal :execrows
update links set state = case when dismissed_from <> '' then dismissed_from when error_kind = 'blocked' then 'blocked' else 'rejected' end,
  dismissed_by = '', dismiss_reason = '', dismissed_from = '', dismissal = null, dismissed_at = null, updated_at = @now
where org_id = @org_id and dismissal = @dismissal and state = 'dismissed';

-- name: Dismissals :many
select dismissal, count(*) as n, cast(min(dismissed_by) as text) as dismissed_by, cast(min(dismiss_reason) as text) as reason, cast(min(label) as text) as label
from links where org_id = @org_id and dismissal is not null and dismissal >= @since and state = 'dismissed'
group by dismissal order by dismissal desc limit @max_rows;

-- name: InsertResolution :exec
insert into link_resolutions (id, org_id, service, kind, record_id, label, failed_code, failed_text, failed_at, mend, mended_by, resolved_at)
values (@id, @org_id, @service, @kind, @record_id, @label, @failed_code, @failed_text, @failed_at, @mend, @mended_by, @resolved_at);

-- name: Resolutions :many
select * from link_resolutions
where org_id = @org_id and id >= @since and id < @before
  and (cast(@kind as text) = '' or kind = @kind)
  and (cast(@pattern as text) = '' or lower(label) like @pattern escape '\' or lower(failed_text) like @pattern escape '\' or lower(mended_by) like @pattern escape '\')
order by id desc
limit @max_rows;

-- name: DeleteOldResolutions :execrows
delete from link_resolutions where id < @before;
