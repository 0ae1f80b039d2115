create virtual table sync_log_words using fts5(
  entry_id unindexed, words,
  content = '', contentless_delete = 1, contentless_unindexed = 1, detail = none, tokenize = 'ascii'
);
