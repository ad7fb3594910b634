-- Campaigns that go to each person once, as soon as they come into the audience.

ALTER TYPE campaign_start ADD VALUE 'entry';
-- Was in the audience before the campaign began, and it is for those who come in.
ALTER TYPE exclusion_reason ADD VALUE 'already_in';

CREATE TABLE campaign_entries (
  org_id uuid NOT NULL DEFAULT app.current_org() REFERENCES organizations(id) ON DELETE CASCADE,
  campaign_id uuid NOT NULL,
  -- Who comes in after this gets nothing. Years at most: the log, by which nobody gets it twice, lets go of old months.
  until timestamptz NOT NULL,
  -- Whether those get it, too, who are in the audience when it begins.
  with_present boolean NOT NULL,
  -- When those who were in it at first were dealt with.
  present_at timestamptz,
  -- When the audience was last looked through.
  looked_at timestamptz,
  PRIMARY KEY (org_id, campaign_id),
  FOREIGN KEY (org_id, campaign_id) REFERENCES campaigns (org_id, id) ON DELETE CASCADE
);
SELECT app.protect('campaign_entries');
