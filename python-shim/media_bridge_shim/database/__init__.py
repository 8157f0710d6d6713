"""The database that modules work with: `ModuleApi.run_db_interaction` and what its functions are handed."""
