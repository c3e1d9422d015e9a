/** Sites as data. */
package io.github.slurmray.platforms;
