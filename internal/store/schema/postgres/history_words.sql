create table sync_log_words (
  entry_id uuid primary key,
  words tsvector not null
);
create index sync_log_words_by_word on sync_log_words using gin (words) with (gin_pending_list_limit = 512);
