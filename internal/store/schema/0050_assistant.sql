-- +goose Up
-- Conversations with the assistant, each of one person.
create table assistant_conversations (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  user_id uuid not null,
  title text not null,
  titled_by text not null,
  persona text not null,
  model text not null,
  parent_id uuid,
  branched_at bigint not null,
  pinned boolean not null,
  archived_at timestamptz,
  deleted_at timestamptz,
  state text not null, -- idle, running, waiting
  head bigint not null,
  stop_asked boolean not null,
  claimed_by uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index assistant_conversations_of on assistant_conversations (org_id, user_id, updated_at, id);
create index assistant_conversations_running on assistant_conversations (claimed_by) where state = 'running';

-- What was said. Rows are added and never changed.
create table assistant_messages (
  conversation_id uuid not null references assistant_conversations (id),
  number bigint not null,
  org_id uuid not null,
  author text not null,
  content text not null,
  model text not null,
  stop_reason text not null,
  complete boolean not null,
  problem text not null,
  said text not null,
  created_at timestamptz not null,
  primary key (conversation_id, number)
);

-- Each use of a tool, kept before its result is told.
create table assistant_calls (
  conversation_id uuid not null references assistant_conversations (id),
  call_id text not null,
  org_id uuid not null,
  message bigint not null,
  position bigint not null,
  tool text not null,
  input text not null,
  state text not null,
  result text not null,
  failed boolean not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  primary key (conversation_id, call_id)
);

-- What the model has said so far of a message that is not whole yet.
create table assistant_drafts (
  conversation_id uuid primary key references assistant_conversations (id),
  org_id uuid not null,
  content text not null,
  updated_at timestamptz not null
);

-- Every request to the service, with what it used and cost. Rows are only added.
create table assistant_usage (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  user_id uuid not null,
  role text not null,
  persona text not null,
  model text not null,
  conversation_id uuid,
  feature text not null,
  tokens_in bigint not null,
  tokens_out bigint not null,
  tokens_read bigint not null,
  tokens_5m bigint not null,
  tokens_1h bigint not null,
  cost bigint not null, -- nano-dollars
  estimated boolean not null,
  unknown_price boolean not null,
  request_id text not null,
  at timestamptz not null
);
create index assistant_usage_by_org on assistant_usage (org_id, at, id);
create index assistant_usage_by_conversation on assistant_usage (conversation_id) where conversation_id is not null;

-- How much may be used, and what was used.
create table assistant_limits (
  org_id uuid not null references organisations (id),
  scope text not null, -- organisation, role, person
  who text not null,
  span text not null, -- minute, hour, day, month
  requests bigint not null,
  tokens bigint not null,
  soft bigint not null,
  hard bigint not null,
  changed_by text not null,
  reason text not null,
  changed_at timestamptz not null,
  primary key (org_id, scope, who, span)
);
create table assistant_counts (
  org_id uuid not null references organisations (id),
  scope text not null,
  who text not null,
  span text not null,
  starts_at timestamptz not null,
  requests bigint not null,
  tokens bigint not null,
  spent bigint not null,
  held_tokens bigint not null,
  held bigint not null,
  warned bigint not null,
  primary key (org_id, scope, who, span, starts_at)
);

-- What is set aside for requests that are under way.
create table assistant_holds (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  user_id uuid not null,
  role text not null,
  persona text not null,
  model text not null,
  conversation_id uuid,
  feature text not null,
  tokens_in bigint not null, -- estimated
  tokens bigint not null, -- at most
  cost bigint not null, -- at most, nano-dollars
  process_id uuid not null,
  at timestamptz not null
);
create index assistant_holds_of on assistant_holds (process_id);
