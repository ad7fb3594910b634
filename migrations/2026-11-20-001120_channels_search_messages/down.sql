DROP FUNCTION app.search_messages(uuid, text[], text, text[], text[], text[], uuid, timestamptz, timestamptz, text[], timestamptz, uuid, integer);
DROP FUNCTION app.search_terms(text[], boolean), app.search_beginning(text);
ALTER INDEX messages_search RESET (fastupdate);
DROP INDEX messages_with_files, messages_with_links, messages_pinned_by_time;
