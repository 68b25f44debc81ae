"""Pictures of a dataset's records: drawn shard by shard, with the truth beside each, a table, and exports of boxes."""
