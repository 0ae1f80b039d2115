-- name: InsertConversation :exec
insert into assistant_conversations (id, org_id, user_id, title, titled_by, persona, model, parent_id, branched_at, pinned, state, head, stop_asked, created_at, updated_at)
values (@id, @org_id, @user_id, @title, @titled_by, @persona, @model, @parent_id, @branched_at, false, 'idle', @head, false, @now, @now);

-- name: Conversation :one
select * from assistant_conversations where org_id = @org_id and user_id = @user_id and id = @id and deleted_at is null;

-- name: HoldConversation :one
update assistant_conversations set head = head where id = @id returning *;

-- name: Conversations :many
select c.* from assistant_conversations c
where c.org_id = @org_id and c.user_id = @user_id and c.deleted_at is null
  and (c.updated_at < @updated_at or (c.updated_at = @updated_at and c.id < @before))
  and ((cast(@archived as boolean) and c.archived_at is not null) or (not cast(@archived as boolean) and c.archived_at is null))
  and (cast(@pattern as text) = '' or lower(c.title) like cast(@pattern as text) escape '\' or exists (
    select 1 from assistant_messages m where m.conversation_id = c.id and lower(m.said) like cast(@pattern as text) escape '\'))
order by c.updated_at desc, c.id desc limit @max_rows;

-- name: UpdateConversation :exec
update assistant_conversations set title = @title, titled_by = @titled_by, pinned = @pinned, archived_at = @archived_at, deleted_at = @deleted_at,
  state = @state, head = @head, stop_asked = @stop_asked, claimed_by = @claimed_by, updated_at = @now
where id = @id and org_id = @org_id;

-- name: AskToStop :execrows
update assistant_conversations set stop_asked = true where org_id = @org_id and user_id = @user_id and id = @id and state <> 'idle';

-- name: StopIsAsked :one
select stop_asked from assistant_conversations where id = @id;

-- name: OrphanedConversations :many
select id from assistant_conversations where state = 'running' and (claimed_by is null or claimed_by not in (select p.id from processes p)) order by id limit @max_rows;

-- name: InsertAssistantMessage :exec
insert into assistant_messages (conversation_id, number, org_id, author, content, model, stop_reason, complete, problem, said, created_at)
values (@conversation_id, @number, @org_id, @author, @content, @model, @stop_reason, @complete, @problem, @said, @now);

-- name: AssistantMessages :many
select * from assistant_messages where conversation_id = @conversation_id and number > @after order by number;

-- name: InsertToolCall :exec
insert into assistant_calls (conversation_id, call_id, org_id, message, position, tool, input, state, result, failed, started_at)
values (@conversation_id, @call_id, @org_id, @message, @position, @tool, @input, @state, '', false, @now);

-- name: AnswerToolCall :execrows
update assistant_calls set state = 'answered', result = @result, failed = @failed, ended_at = @now
where conversation_id = @conversation_id and call_id = @call_id and state <> 'answered';

-- name: ToolCalls :many
select * from assistant_calls where conversation_id = @conversation_id order by message, position;

-- name: SaveDraft :exec
insert into assistant_drafts (conversation_id, org_id, content, updated_at) values (@conversation_id, @org_id, @content, @now)
on conflict (conversation_id) do update set content = excluded.content, updated_at = excluded.updated_at;

-- name: Draft :many
select content from assistant_drafts where conversation_id = @conversation_id;

-- name: DeleteDraft :exec
delete from assistant_drafts where conversation_id = @conversation_id;

-- name: InsertUsage :exec
insert into assistant_usage (id, org_id, user_id, role, persona, model, conversation_id, feature, tokens_in, tokens_out, tokens_read, tokens_5m, tokens_1h, cost, estimated, unknown_price, request_id, at)
values (@id, @org_id, @user_id, @role, @persona, @model, @conversation_id, @feature, @tokens_in, @tokens_out, @tokens_read, @tokens_5m, @tokens_1h, @cost, @estimated, @unknown_price, @request_id, @now);

-- name: UsageAfter :many
select * from assistant_usage where org_id = @org_id and at >= @since and id > @after order by at, id limit @max_rows;

-- name: UsageOfConversation :many
select * from assistant_usage where org_id = @org_id and conversation_id = @conversation_id order by at, id;

-- name: AssistantLimits :many
select * from assistant_limits where org_id = @org_id order by scope, who, span;

-- name: SaveAssistantLimit :exec
insert into assistant_limits (org_id, scope, who, span, requests, tokens, soft, hard, changed_by, reason, changed_at)
values (@org_id, @scope, @who, @span, @requests, @tokens, @soft, @hard, @changed_by, @reason, @now)
on conflict (org_id, scope, who, span) do update set requests = excluded.requests, tokens = excluded.tokens, soft = excluded.soft, hard = excluded.hard,
  changed_by = excluded.changed_by, reason = excluded.reason, changed_at = excluded.changed_at;

-- name: LockCount :one
insert into assistant_counts (org_id, scope, who, span, starts_at, requests, tokens, spent, held_tokens, held, warned)
values (@org_id, @scope, @who, @span, @starts_at, 0, 0, 0, 0, 0, 0)
on conflict (org_id, scope, who, span, starts_at) do update set requests = assistant_counts.requests
returning *;

-- name: SaveCount :exec
update assistant_counts set requests = @requests, tokens = @tokens, spent = @spent, held_tokens = @held_tokens, held = @held, warned = @warned
where org_id = @org_id and scope = @scope and who = @who and span = @span and starts_at = @starts_at;

-- name: AssistantCount :many
select * from assistant_counts where org_id = @org_id and scope = @scope and who = @who and span = @span and starts_at = @starts_at;

-- name: DeleteOldCounts :exec
delete from assistant_counts where span in ('minute', 'hour') and starts_at < @before;

-- name: InsertHold :exec
insert into assistant_holds (id, org_id, user_id, role, persona, model, conversation_id, feature, tokens_in, tokens, cost, process_id, at)
values (@id, @org_id, @user_id, @role, @persona, @model, @conversation_id, @feature, @tokens_in, @tokens, @cost, @process_id, @now);

-- name: DeleteHold :execrows
delete from assistant_holds where id = @id;

-- name: DeadHolds :many
select * from assistant_holds where process_id not in (select p.id from processes p) order by id limit @max_rows;
