// What is loaded, and whether it is complete.
MATCH (l:Load {owner: 'scicities'})
RETURN l.state AS state, l.fingerprint AS fingerprint;
