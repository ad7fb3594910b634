CREATE INDEX messages_search ON messages USING gin (search) WITH (fastupdate = off);
DROP INDEX messages_search_by_day;
DROP FUNCTION app.search_messages(uuid, text[], text, text[], text[], uuid[], timestamptz, timestamptz, text[], timestamptz, uuid, integer);
DROP FUNCTION app.search_words(uuid, uuid, tsquery, tsquery, text, tsquery, uuid[], uuid[], bigint[], uuid[], timestamptz, timestamptz, text[], timestamptz, uuid, integer);
DROP FUNCTION app.search_beginnings(tsvector);
DROP FUNCTION app.search_day(uuid, timestamptz);
CREATE OR REPLACE FUNCTION app.search_messages(
  searcher uuid,
  wanted text[], beginning text, excluded text[],
  handles text[], channel_names text[], only_channel uuid,
  since timestamptz, until timestamptz, has text[],
  before_at timestamptz, before_id uuid, most integer
) RETURNS TABLE (channel_id uuid, seq bigint, id uuid, author_id uuid, created_at timestamptz, body_text text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, app
  SET random_page_cost = 1.1
  SET jit = off
  AS $$
DECLARE
  org uuid := app.current_org();
  terms tsquery := app.search_terms(wanted, true);
  begun tsquery := app.search_beginning(beginning);
  unwanted tsquery := app.search_terms(excluded, false);
  channels uuid[];
  late_channels uuid[];
  late_from bigint[];
  authors uuid[];
  conditions text := '';
  looked_up text := '';
BEGIN
  IF org IS NULL THEN RETURN; END IF;
  IF terms IS NULL AND begun IS NULL AND (cardinality(wanted) > 0 OR beginning IS NOT NULL) THEN RETURN; END IF;
  IF terms IS NOT NULL THEN conditions := conditions || ' AND m.search @@ $3'; END IF;
  -- The many words with a short beginning are dear to collect from the index: beside whole words they only filter, which
  -- the function behind the operator does without the index.
  IF terms IS NOT NULL AND begun IS NOT NULL THEN conditions := conditions || ' AND ts_match_vq(m.search, $13)'; END IF;
  IF terms IS NULL AND begun IS NOT NULL THEN conditions := conditions || ' AND m.search @@ $13'; END IF;
  IF unwanted IS NOT NULL THEN conditions := conditions || ' AND NOT ts_match_vq(m.search, $14)'; END IF;

  SELECT array_agg(p.channel_id), array_agg(p.channel_id) FILTER (WHERE p.visible_from_seq > 1), array_agg(p.visible_from_seq) FILTER (WHERE p.visible_from_seq > 1)
    INTO channels, late_channels, late_from
    FROM channel_memberships p JOIN channels c ON c.org_id = p.org_id AND c.id = p.channel_id
    WHERE p.org_id = org AND p.member_id = searcher
      AND (only_channel IS NULL OR p.channel_id = only_channel)
      AND (cardinality(channel_names) = 0 OR lower(c.title) IN (SELECT lower(n) FROM unnest(channel_names) n)
        OR (c.type = 'direct' AND EXISTS (
          SELECT FROM channel_memberships o JOIN members m ON m.org_id = o.org_id AND m.id = o.member_id
          WHERE o.org_id = org AND o.channel_id = c.id AND o.member_id <> searcher
            AND (lower(m.display_name) IN (SELECT lower(n) FROM unnest(channel_names) n) OR m.handle IN (SELECT ltrim(lower(n), '@') FROM unnest(channel_names) n)))));
  IF channels IS NULL THEN RETURN; END IF;
  IF late_channels IS NOT NULL THEN
    conditions := conditions || ' AND NOT EXISTS (SELECT 1 FROM unnest($5, $6) AS late(channel_id, first) WHERE late.channel_id = m.channel_id AND m.seq < late.first)';
  END IF;

  IF cardinality(handles) > 0 THEN
    SELECT array_agg(a.id) INTO authors FROM members a WHERE a.org_id = org AND a.handle = ANY (handles);
    IF authors IS NULL THEN RETURN; END IF;
    conditions := conditions || ' AND m.author_id = ANY ($7)';
  END IF;
  IF since IS NOT NULL THEN conditions := conditions || ' AND m.created_at >= $8'; END IF;
  IF until IS NOT NULL THEN conditions := conditions || ' AND m.created_at < $9'; END IF;
  IF before_at IS NOT NULL THEN conditions := conditions || ' AND (m.created_at, m.id) < ($10, $11)'; END IF;
  IF has && ARRAY['image', 'file', 'attachment'] THEN conditions := conditions || ' AND m.has_attachment'; END IF;
  IF 'image' = ANY (has) THEN looked_up := looked_up || ' AND (SELECT true FROM attachments f WHERE f.org_id = $1 AND f.channel_id = m.channel_id AND f.seq = m.seq AND f.kind = ''image'' LIMIT 1)'; END IF;
  IF 'file' = ANY (has) THEN looked_up := looked_up || ' AND (SELECT true FROM attachments f WHERE f.org_id = $1 AND f.channel_id = m.channel_id AND f.seq = m.seq AND f.kind = ''file'' LIMIT 1)'; END IF;
  IF 'link' = ANY (has) THEN conditions := conditions || ' AND m.has_link'; END IF;
  IF 'pin' = ANY (has) THEN conditions := conditions || ' AND m.pinned_at IS NOT NULL'; END IF;
  IF 'reaction' = ANY (has) THEN looked_up := looked_up || ' AND (SELECT true FROM reactions r WHERE r.org_id = $1 AND r.channel_id = m.channel_id AND r.seq = m.seq LIMIT 1)'; END IF;

  -- `OFFSET 0` keeps the look-ups out of the choice of the plan: they are made for the rows that are left.
  RETURN QUERY EXECUTE
    'SELECT * FROM (
       SELECT m.channel_id, m.seq, m.id, m.author_id, m.created_at, m.body_text FROM messages m
        WHERE m.org_id = $1 AND m.channel_id = ANY ($4) AND m.deleted_at IS NULL' || conditions || '
        ORDER BY m.created_at DESC, m.id DESC OFFSET 0) m
      WHERE (SELECT true FROM hidden_messages h WHERE h.org_id = $1 AND h.member_id = $2 AND h.channel_id = m.channel_id AND h.seq = m.seq) IS NOT TRUE' || looked_up || '
      LIMIT $12'
    USING org, searcher, terms, channels, late_channels, late_from, authors, since, until, before_at, before_id, most, begun, unwanted;
END $$;
REVOKE EXECUTE ON FUNCTION app.search_messages(uuid, text[], text, text[], text[], text[], uuid, timestamptz, timestamptz, text[], timestamptz, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_messages(uuid, text[], text, text[], text[], text[], uuid, timestamptz, timestamptz, text[], timestamptz, uuid, integer) TO waymark_app;
