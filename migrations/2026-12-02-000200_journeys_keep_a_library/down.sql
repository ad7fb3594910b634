DROP TABLE asset_versions, media_captions, media_parts, asset_media, library_assets, asset_folders;
DROP FUNCTION app.refuse_asset_version(), app.guard_media_state(), app.media_may_become(media_state, media_state);
DROP TYPE media_state, asset_kind;
