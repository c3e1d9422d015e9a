/** What a site is: its partitions, its modules, its network, and the rules that follow. */
package io.github.slurmray.platforms;
