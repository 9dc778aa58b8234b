// The ledger on MariaDB.
import { ledgerContract } from '../contracts/ledger.js';
import { mariadb } from '../support/mariadb.js';

ledgerContract('MariaDB', mariadb, { shared: true });
