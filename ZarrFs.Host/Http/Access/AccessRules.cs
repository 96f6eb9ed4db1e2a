using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http.Access;

/// <summary>
/// The rule of now. Where rule and volumes change together they do so at one moment, for which nobody waits: a rule comes into force with the tree that
/// it was prepared with, so nothing of a new volume is read by an old rule, and nothing of an old one by a new rule.
/// </summary>
/// <param name="rule">The first one.</param>
/// <param name="tree">The tree as it changes.</param>
internal sealed class AccessRules(AccessRule rule, IFileTree tree)
{
    private Step _step = new(rule, null, rule);

    /// <summary>The rule of this moment, and the tree of the same.</summary>
    public AccessNow Now
    {
        get
        {
            while (true)
            {
                IFileTree now = tree.Now;
                AccessRule holding = Volatile.Read(ref _step).RuleOf(now);
                // Else the tree was another's by then, and the step perhaps one that does not know the one that was read.
                if (ReferenceEquals(tree.Now, now)) return new AccessNow(holding, now);
            }
        }
    }

    /// <summary>Has another rule hold from the moment on that another tree is there. By one at a time.</summary>
    /// <param name="next">The rule.</param>
    /// <param name="from">The tree, which comes next or is there.</param>
    public void Change(AccessRule next, IFileTree from) => Volatile.Write(ref _step, new Step(Now.Rule, from, next));

    /// <param name="Before">Holds until then.</param>
    /// <param name="From">The tree that is there then.</param>
    /// <param name="Rule">Holds from then on.</param>
    private sealed record Step(AccessRule Before, IFileTree? From, AccessRule Rule)
    {
        public AccessRule RuleOf(IFileTree tree) => ReferenceEquals(tree, From) ? Rule : Before;
    }
}
