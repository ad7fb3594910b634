-- Search for words in steps back in time. Whole words are found in the word index, but how many of them the searcher may
-- read, and how old those are, only the rows said: a frequent word cost thousands of rows of other channels, a rare one all
-- its history. The index now knows the channel and the day too, and a search asks for the newest days first and stops when
-- it has a page. Its statement is planned once a connection: planning it took as long as the search.

-- The day of a message in UTC, together with its organization, as a number to look up. Two that share one cost a look at the
-- row, where both are compared.
CREATE FUNCTION app.search_day(org_id uuid, moment timestamptz) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  RETURN uuid_hash_extended(org_id, floor(extract(epoch FROM moment - timestamptz '2000-01-01 00:00:00+00') / 86400)::bigint);

-- The first four letters of every word. A word that goes on is found by them, and then looked at: asked for all words with a
-- beginning, the index collects every message that ever held one before it looks at the day.
CREATE FUNCTION app.search_beginnings(search tsvector) RETURNS text[]
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ BEGIN RETURN ARRAY(SELECT DISTINCT left(word, 4) FROM unnest(tsvector_to_array(search)) word); END $$;
REVOKE EXECUTE ON FUNCTION app.search_day(uuid, timestamptz), app.search_beginnings(tsvector) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_day(uuid, timestamptz), app.search_beginnings(tsvector) TO waymark_app;

CREATE INDEX messages_search_by_day ON messages USING gin (
  search, app.search_beginnings(search), (ARRAY[channel_id]), (ARRAY[app.search_day(org_id, created_at)])
) WITH (fastupdate = off);
DROP INDEX messages_search;

-- Messages with these words (`whole`, `begun` or both) in these channels, newest first. For `app.search_messages`, which
-- knows what the searcher may read.
CREATE FUNCTION app.search_words(
  org uuid, searcher uuid,
  whole tsquery, begun tsquery, beginning text, unwanted tsquery,
  channels uuid[], late_channels uuid[], late_from bigint[], authors uuid[],
  since timestamptz, until timestamptz, has text[],
  before_at timestamptz, before_id uuid, most integer
) RETURNS TABLE (channel_id uuid, seq bigint, id uuid, author_id uuid, created_at timestamptz, body_text text)
  LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, app
  SET random_page_cost = 1.1
  SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
DECLARE
  -- How far back the index is asked by days.
  longest_step CONSTANT interval := '90 days';
  -- What the last word begins with; none when it is too short for that.
  letters text[] := ARRAY(
    SELECT DISTINCT left(word, 4) FROM unnest(tsvector_to_array(app.search_vector(beginning))) word
    WHERE whole IS NULL AND char_length(word) >= 4);
  by_letters boolean := cardinality(letters) > 0;
  wanted tsquery := coalesce(whole, begun);
  short boolean := whole IS NULL AND NOT by_letters;
  -- Messages of the first step. So many words have a short beginning that reading more is cheaper than the index.
  first_step integer := CASE WHEN short THEN 2000 ELSE 200 END;
  upper_at timestamptz := coalesce(before_at, until, 'infinity');
  upper_id uuid := CASE WHEN before_at IS NULL THEN 'ffffffff-ffff-ffff-ffff-ffffffffffff' ELSE before_id END;
  lower_at timestamptz;
  lower_id uuid;
  newest timestamptz;
  step interval;
  days bigint[];
  -- What narrows the candidates of a step besides words: being `newest`, their `days`, those `days in few` channels (asking the
  -- index for many costs more than it saves), or only the searcher's channels, whenever they are from (`ever`).
  way text := 'newest';
  by_day text := CASE WHEN cardinality(channels) <= 8 THEN 'days in few' ELSE 'days' END;
  found_now bigint;
  wanting bigint := most;
BEGIN
  SELECT m.created_at INTO newest FROM messages m
    WHERE m.org_id = org AND m.deleted_at IS NULL AND (m.created_at, m.id) < (upper_at, upper_id)
    ORDER BY m.created_at DESC, m.id DESC LIMIT 1;
  SELECT m.created_at, m.id INTO lower_at, lower_id FROM messages m
    WHERE m.org_id = org AND m.deleted_at IS NULL AND (m.created_at, m.id) < (upper_at, upper_id)
    ORDER BY m.created_at DESC, m.id DESC OFFSET first_step - 1 LIMIT 1;
  step := newest - lower_at;
  -- Where these are the messages of hours, a day's are few enough to begin with.
  IF NOT short AND step BETWEEN interval '1 hour' AND interval '1 day' THEN
    way := by_day;
    step := interval '1 day';
    lower_at := newest - step;
    lower_id := '00000000-0000-0000-0000-000000000000';
  END IF;
  LOOP
    IF way = by_day THEN
      days := ARRAY(SELECT app.search_day(org, day) FROM generate_series(lower_at, least(upper_at, newest) + interval '1 day', interval '1 day') day);
    END IF;
    -- What is looked up elsewhere is looked up for the rows that are left, in order, until there are enough: `OFFSET 0` keeps
    -- it out of the inner part.
    RETURN QUERY
      SELECT m.channel_id, m.seq, m.id, m.author_id, m.created_at, m.body_text FROM (
        SELECT m.channel_id, m.seq, m.id, m.author_id, m.created_at, m.body_text FROM (
            -- Words that everybody uses are among the newest messages.
            (SELECT m.* FROM messages m
              WHERE way = 'newest' AND m.org_id = org AND m.deleted_at IS NULL AND (m.created_at, m.id) < (upper_at, upper_id)
              ORDER BY m.created_at DESC, m.id DESC LIMIT first_step)
          UNION ALL
            (SELECT m.* FROM messages m
              WHERE way = 'days' AND NOT by_letters AND m.search @@ wanted AND ARRAY[app.search_day(m.org_id, m.created_at)] && days OFFSET 0)
          UNION ALL
            (SELECT m.* FROM messages m
              WHERE way = 'days' AND by_letters AND app.search_beginnings(m.search) @> letters AND ARRAY[app.search_day(m.org_id, m.created_at)] && days OFFSET 0)
          UNION ALL
            (SELECT m.* FROM messages m
              WHERE way = 'days in few' AND NOT by_letters AND m.search @@ wanted AND ARRAY[m.channel_id] && channels
                AND ARRAY[app.search_day(m.org_id, m.created_at)] && days OFFSET 0)
          UNION ALL
            (SELECT m.* FROM messages m
              WHERE way = 'days in few' AND by_letters AND app.search_beginnings(m.search) @> letters AND ARRAY[m.channel_id] && channels
                AND ARRAY[app.search_day(m.org_id, m.created_at)] && days OFFSET 0)
          UNION ALL
            (SELECT m.* FROM messages m
              WHERE way = 'ever' AND NOT by_letters AND m.search @@ wanted AND ARRAY[m.channel_id] && channels OFFSET 0)
          UNION ALL
            (SELECT m.* FROM messages m
              WHERE way = 'ever' AND by_letters AND app.search_beginnings(m.search) @> letters AND ARRAY[m.channel_id] && channels OFFSET 0)
          ) m
        WHERE m.org_id = org AND m.channel_id = ANY (channels) AND m.deleted_at IS NULL
          AND (m.created_at, m.id) < (upper_at, upper_id) AND (lower_at IS NULL OR (m.created_at, m.id) >= (lower_at, lower_id))
          AND (whole IS NULL OR ts_match_vq(m.search, whole)) AND (begun IS NULL OR ts_match_vq(m.search, begun))
          AND (unwanted IS NULL OR NOT ts_match_vq(m.search, unwanted))
          AND (since IS NULL OR m.created_at >= since) AND (until IS NULL OR m.created_at < until)
          AND (authors IS NULL OR m.author_id = ANY (authors))
          AND (NOT has && ARRAY['image', 'file', 'attachment'] OR m.has_attachment)
          AND (NOT 'link' = ANY (has) OR m.has_link)
          AND (NOT 'pin' = ANY (has) OR m.pinned_at IS NOT NULL)
        ORDER BY m.created_at DESC, m.id DESC OFFSET 0) m
      WHERE (late_channels IS NULL OR NOT EXISTS (
          SELECT FROM unnest(late_channels, late_from) late(channel_id, first) WHERE late.channel_id = m.channel_id AND m.seq < late.first))
        AND (NOT 'image' = ANY (has) OR (SELECT true FROM attachments f WHERE f.org_id = org AND f.channel_id = m.channel_id AND f.seq = m.seq AND f.kind = 'image' LIMIT 1))
        AND (NOT 'file' = ANY (has) OR (SELECT true FROM attachments f WHERE f.org_id = org AND f.channel_id = m.channel_id AND f.seq = m.seq AND f.kind = 'file' LIMIT 1))
        AND (NOT 'reaction' = ANY (has) OR (SELECT true FROM reactions r WHERE r.org_id = org AND r.channel_id = m.channel_id AND r.seq = m.seq LIMIT 1))
        AND (SELECT true FROM hidden_messages h WHERE h.org_id = org AND h.member_id = searcher AND h.channel_id = m.channel_id AND h.seq = m.seq) IS NOT TRUE
      LIMIT wanting;
    GET DIAGNOSTICS found_now = ROW_COUNT;
    wanting := wanting - found_now;
    EXIT WHEN wanting <= 0 OR lower_at IS NULL OR lower_at <= since;
    -- As far back as what was found says is needed, and half as far again; at least a day when that is little.
    step := step * least(greatest(1.5 * wanting / greatest(found_now, 1), 0.5), 12)::double precision;
    IF found_now < 3 THEN step := greatest(step, interval '1 day'); END IF;
    upper_at := lower_at;
    upper_id := lower_id;
    IF step <= longest_step THEN
      way := by_day;
      lower_at := upper_at - step;
      lower_id := '00000000-0000-0000-0000-000000000000';
    ELSE
      way := 'ever';
      lower_at := NULL;
    END IF;
  END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION app.search_words(uuid, uuid, tsquery, tsquery, text, tsquery, uuid[], uuid[], bigint[], uuid[], timestamptz, timestamptz, text[], timestamptz, uuid, integer) FROM PUBLIC;

-- As before, but told the channels and not their names: whoever asks looks these up, and says which are unknown.
DROP FUNCTION app.search_messages(uuid, text[], text, text[], text[], text[], uuid, timestamptz, timestamptz, text[], timestamptz, uuid, integer);
CREATE FUNCTION app.search_messages(
  searcher uuid,
  wanted text[], beginning text, excluded text[],
  handles text[], only_channels uuid[],
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

  SELECT array_agg(p.channel_id), array_agg(p.channel_id) FILTER (WHERE p.visible_from_seq > 1), array_agg(p.visible_from_seq) FILTER (WHERE p.visible_from_seq > 1)
    INTO channels, late_channels, late_from
    FROM channel_memberships p
    WHERE p.org_id = org AND p.member_id = searcher
      AND (only_channels IS NULL OR p.channel_id = ANY (only_channels));
  IF channels IS NULL THEN RETURN; END IF;
  IF cardinality(handles) > 0 THEN
    SELECT array_agg(a.id) INTO authors FROM members a WHERE a.org_id = org AND a.handle = ANY (handles);
    IF authors IS NULL THEN RETURN; END IF;
  END IF;
  IF terms IS NOT NULL OR begun IS NOT NULL THEN
    RETURN QUERY SELECT * FROM app.search_words(org, searcher, terms, begun, beginning, unwanted, channels, late_channels, late_from, authors, since, until, has, before_at, before_id, most);
    RETURN;
  END IF;

  -- Without words, which index finds the newest depends on what is asked for: planned for each search.
  IF unwanted IS NOT NULL THEN conditions := conditions || ' AND NOT ts_match_vq(m.search, $12)'; END IF;
  IF late_channels IS NOT NULL THEN
    conditions := conditions || ' AND NOT EXISTS (SELECT 1 FROM unnest($4, $5) AS late(channel_id, first) WHERE late.channel_id = m.channel_id AND m.seq < late.first)';
  END IF;
  IF authors IS NOT NULL THEN conditions := conditions || ' AND m.author_id = ANY ($6)'; END IF;
  IF since IS NOT NULL THEN conditions := conditions || ' AND m.created_at >= $7'; END IF;
  IF until IS NOT NULL THEN conditions := conditions || ' AND m.created_at < $8'; END IF;
  IF before_at IS NOT NULL THEN conditions := conditions || ' AND (m.created_at, m.id) < ($9, $10)'; END IF;
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
        WHERE m.org_id = $1 AND m.channel_id = ANY ($3) AND m.deleted_at IS NULL' || conditions || '
        ORDER BY m.created_at DESC, m.id DESC OFFSET 0) m
      WHERE (SELECT true FROM hidden_messages h WHERE h.org_id = $1 AND h.member_id = $2 AND h.channel_id = m.channel_id AND h.seq = m.seq) IS NOT TRUE' || looked_up || '
      LIMIT $11'
    USING org, searcher, channels, late_channels, late_from, authors, since, until, before_at, before_id, most, unwanted;
END $$;
REVOKE EXECUTE ON FUNCTION app.search_messages(uuid, text[], text, text[], text[], uuid[], timestamptz, timestamptz, text[], timestamptz, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_messages(uuid, text[], text, text[], text[], uuid[], timestamptz, timestamptz, text[], timestamptz, uuid, integer) TO waymark_app;
