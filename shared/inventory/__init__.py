"""Stock: holds that can't oversell and can't be lost, each one transactional batch in the product's partition."""
