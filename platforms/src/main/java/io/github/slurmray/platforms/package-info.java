/**
 * What a site is: its partitions, its modules, its network, what it bills and allows, and the rules that follow. All of
 * it is data and pure functions, known before anything is sent; only {@link SiteNumbers} talks to a site.
 *
 * <p>Where to begin: {@link Platforms} gives the shipped sites and reads a user's own file; {@link Platform} is a site,
 * and everything else is reached from it.
 *
 * <ul>
 *   <li><b>What is known.</b> {@link NodeType} and {@link Partition}, with its {@link MemoryRules}, {@link GpuRules}
 *       and {@link DiskRules}; {@link SiteSlurm}, {@link LoginGroup}, {@link KeyRules}, {@link Reach},
 *       {@link LifeSpan}, {@link Policies}, {@link StorageArea}, {@link RayEnvironment}, {@link OutwardAddresses}. A
 *       {@link Source} says on whose word a fact stands.
 *   <li><b>Will it be taken?</b> {@link Platform#check} and {@link Platform#suggest} hold a script or a
 *       {@link ResourceRequest} against that, and give {@link Finding}s or {@link Suggestions}; {@link Platform#word}
 *       puts a request into the site's words ({@link SiteRequest}).
 *   <li><b>What does it cost?</b> {@link Platform#estimate} beforehand and {@link Platform#bill} afterwards give a
 *       {@link Bill}, by {@link Billing}: a {@link Formula} over the {@link Quantity quantities} of a {@link JobUsage}.
 *   <li><b>What does the site itself say?</b> {@link SiteNumbers} runs its commands: {@link Workspaces} (with
 *       {@link StorageAdvice}), {@link Seff}, {@link CscProjects}, {@link LumiAllocations}.
 *   <li><b>Who may reach my machine?</b> {@link Firewall} makes rules, {@link RuleList} reads those that there are and
 *       gives a {@link FirewallReport}.
 *   <li><b>A Slurm like the site's.</b> {@link Platform#slurmConf}.
 * </ul>
 *
 * <p>Inside, {@code PlatformFile}, {@code SiteFacts} and {@code Section} read files; {@code SiteRules},
 * {@code PartitionRules} and {@code PolicyRules} are the rules; {@code SlurmConf…}, {@code Nftables…},
 * {@code OpenStack…} and {@code Azure…} are the other formats. Each record and value is immutable and safe for use by
 * many threads.
 */
package io.github.slurmray.platforms;
