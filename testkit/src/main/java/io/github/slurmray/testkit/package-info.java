/** For tests: the contract suite of Host and leak checks. */
package io.github.slurmray.testkit;
