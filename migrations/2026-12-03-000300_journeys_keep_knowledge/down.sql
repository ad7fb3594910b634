DROP FUNCTION app.search_knowledge(text, boolean, text, uuid, real, uuid, integer, integer);
DROP TABLE knowledge_passages;
DROP TABLE knowledge_documents;
DROP FUNCTION app.knowledge_query(text, text, boolean);
DROP FUNCTION app.knowledge_vector(text, text, text, text);
DROP FUNCTION app.knowledge_fold(text);
DROP FUNCTION app.knowledge_grammar(text);
DROP TYPE reading_state;
DROP TYPE knowledge_kind;
