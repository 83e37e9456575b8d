"""What the judge is given: untrusted bytes read in killable workers, signatures and nonces checked, reuse looked up."""
