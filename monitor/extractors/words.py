"""The words around an indicator that are no part of it, and the verbs that are. A wording is one word in one row. Pure."""

import re
from dataclasses import dataclass

# Leading words that say how, when or for whom, never what. Where a word begins another one, a look-ahead tells.
_WHEN = (
    r"年内|全年|今年|明年|去年|上年|当年|年均|每年|到年底|年底前|年底|年末|上半年|下半年|一年来|五年来|截至|目前|期间|时期|同比"
    r"|(?:19|20)\d\d年(?:度|底|末|前|以来|全年)?|\d{1,2}月(?:底|末|份)?前?|(?:到|至)?“?十[一二三四五]五”?(?:时期|期间|末|以来)?|近.年来?"
)
_WHERE = r"全[市区省县州旗盟镇](?!域)|我[市区省县国州]|本[区省县]|本市|县域内"
_HOW = (
    r"力争|确保|争取(?!到?.{0,12}(?:资金|债券|支持|政策))|预计|全力|努力|力促|力保|保证|其中|特别是|尤其是|同时|此外|另外|累计|共计|总计|合计|先后|继续|持续|有效(?!发明|投资)|有力|顺利|圆满|成功|稳步|扎实|大力|积极|全面(?!小康)"
    r"|深入|加力|精准|科学(?!技术|家|城|院)|切实|进一步|有序|强力|着力|奋力|基本(?!医疗|养老|农田|公共|药物|建设|民生|生活|支出|财力|单元|保险)|初步|高标准(?!农田|基本)|高质量(?!发展)|高水平|高效|高起点|主要(?!经济|污染|农作|粮食|指标|目标|工业|产品)"
    r"|计划(?!生育|总?投资|单列)|安排(?!资金|专项|财政|项目)|新的|各类|分类|率先|提前|超额|如期|按期|全部|尽快|尽早|依法|加紧|统筹(?!区)|突出|重点(?!项目|产业|工程|企业|地区|群体|领域|民生|人群|用能|行业|建设|税源)|至少|共(?![建享产同青])|已|均(?!衡)|都|将|要|再(?!生|就业)|又|还(?!款|贷)|也|并|且|则"
)
_LINKS = (
    r"实现|完成(?!率)|达到(?!率)|保持|突破|推动|促进|带动|使|让|把|将|以(?!工代|上|旧换)|为了|为(?![^，]{2,24}(?:提供|发放|减|解决|追|争取|办|群众))|按照|按|通过|促使|由|从(?!业|事|教)|于(?!都)|至(?!尊|诚)|到(?!位|账|期|校)"
    r"|第[一二三四五六七八九十]+[，、]|[一二三四五六七八九十]是|和(?![平谐美田县林顺龙静硕])|与(?!会)|[及、的了，：]|[①-⑳]|（\d{1,2}）|\d{1,2}[.、．](?!\d)|我们|市域内?|区域内|——"
    r"|[^，、]{0,14}(?:确定|承诺|部署|下达|安排|实施|明确)的"
)
LEADING = re.compile(rf"(?:{_WHEN}|{_WHERE}|{_HOW}|{_LINKS})+")

# Words between an indicator and its number.
_CHANGING = "提高|提升|增加|增长|扩大|发展|壮大|拓展|扩展|延伸|上升|攀升|跃升|上调|上涨|增|升|跃|下降|压减|压缩|缩短|减少|降低|下调|回落|收窄|缩小|精简|整合|恢复|调整|提前|降|减|累计达|优化|控制|完善|改善"
# These name an end: the number is a level, whatever rose or fell.
_ENDPOINT = rf"(?:{_CHANGING})(?:到|至|为)|迈上|迈过|迈入|跃上|跨上|跨越|跨入|站上|登上|踏上|达到了?|达|稳定在|保持在|维持在|控制在|占到|为"
_COPULA = (
    "完成|实现|保持|控制|稳定|占|突破|超过|超|是|约|近|至|到|有|分别|均|都|各|共|共计|累计|总计|合计|不低于|不少于|不超过|力争|预计|确保|争取|同比|可比|年均|平均|总体|稳居|基本|已|将|要|再|又|还|就|仅|只|且|并|"
    "按|按照|(?:19|20)\\d\\d年|[了得]|以|在|、|，|和|与|(?<![惠以普涉波触顾])及|的|由|从|被|不足|高达|多达|可达|拟|计划|大约|接近|将近|规模达|总数达|数量达|每年|当年|年内|全年|连续|净|新|全口径|可比口径|名义|也|大幅|明显|显著|同口径|同口径比较|安排|设定|拟定|确定|原则上|普遍|预期目标|目标|预期|"
    "平稳|稳步|持续|逐年|快速|较快|首次|成功|率先|整体|直接|最高|最低|至少|最多|每人每年|每人每月|每人|（.{0,10}）"
)
_RISE = "增长率|增长速度|增长|增速|增幅|涨幅|上涨幅度|上涨|增加|提高|提升|上升|上调|扩大|递增|翻了|(?<!新)增|升"
_FALL = "下降|降低|减少|压减|压缩|削减|缩减|降幅|下调|回落|压降|缩短|负增长|下跌|下浮|降|减|少|收窄|缩小|减轻|精简|下滑|递减"
_BASE = r"(?:上年|去年|前年|年初|年末|上年末|同期|上年同期|去年同期|(?:19|20)\d\d年|“[^”]{2,6}”(?:时期|末|期末|初期|期间)?|[一二三四五六七八九十]{1,3}五(?:时期|末|期末)?|五年前|全[国省市区县]|[全国省市区县定年度目标平均水]{2,8}|计划|目标|[^，、比较]{1,8}?(?:年|时期|同期|末))"
_AGAINST = rf"(?:(?:较|比|与|同){_BASE}|(?:高于|低于|快于|慢于|高出|低出|好于|优于|超出)(?:{_BASE}|[^，、]{{1,10}}))(?:同期|末|底|相比|平均水平|平均|水平|增速)*(?:相比)?"
_TAIL = re.compile(
    rf"(?:(?P<against>{_AGAINST})|(?P<endpoint>{_ENDPOINT})|(?P<fall>{_FALL})|(?P<rise>{_RISE})|(?P<copula>{_COPULA}))$"
)
LONGEST_TAIL = 26
MOST_TAILS = 12  # 力争达到…: nobody stacks more of them

# Verbs of doing: where things are counted, the verb in front belongs to the indicator.
_VERB_ROWS = (
    "新、改建 新、改、扩建 新建、改建 新建、改扩建 新建、改造 新建和改造 新增 新建 新改扩建 新改建 新扩建 新（改）建 新（改、扩）建 新（扩）建 新修 新开工 新开 新认定 新引进 新投用 新成立 新辟 新发展 新植 新晋 新培育 新签约 新获批 新创建 新打造 新上 新注册 新登记 新设 新投产 新建成 新组建"
    " 改扩建 改建 扩建 续建 复建 迁建 重建 开工建设 建设 改造提升 提升改造 升级改造 更新改造 改造 建成 建立 建好 建强 创建 创成 争创 组建 成立 设立 布局 增设 开设 筹建 共建"
    " 培育壮大 培育 培养 培训 引进 引育 引入 招引 招聘 招录 招商 引资 签约 洽谈 对接 落地 落户 打造 打通 开通 开行 开辟 开放 开展 开工 开发 评定 认定 申报 评选 命名 遴选 选派 选树 选聘 表彰"
    " 转化 谋划 包装 储备 实施 完成 推进 举办 承办 办好 承接 整治 治理 修复 修缮 修建 修订 拆除 拆迁 征收 征迁 收储 出让 盘活 释放 处置 消化 安装 加装 更新 维修 维护 整改 复垦 归还"
    " 投放 投用 投入使用 投入 投产 提供 发放 兑现 争取 减免 办理 办结 受理 化解 查处 查办 关停 淘汰 取缔 清理 清收 清欠 收缴 追缴 追回 破获 侦破 打掉 抓获 调解 排查 巡查 检查 抽检"
    " 编制 出台 制定 废止 发布 推出 推广 推动 获批 获评 获得 荣获 取得 入选 形成 拥有 集聚 汇聚 聚集 吸引 吸纳 输送 惠及 覆盖 服务 救助 资助 帮扶 扶持 支持 安置 解决 落实 筹集 筹措 采购 配备 配置 购置 收购"
    " 流转 发行 募集 孵化 研发 攻克 栽植 种植 植树 造林 绿化 补植 铺设 敷设 架设 硬化 亮化 美化 净化 疏浚 清淤 加固 搬迁 改善 交付 移交 销售 生产 关闭 退出 化解 加快 强化 加强 优化 完善 巩固"
    " 划拨 挂牌出让 连片开发 留长 扩招 减少 压减 降低 节约 安排 拨付 下达 到位 利用 实际利用 发展 壮大 做强 做大 消除 保障 接待 走访 慰问 组织 动员 接入 纳入 引导 设置 聘任 聘请 招收 录取 转移 输出 提升 打击 拉动 撬动 带动"
    " 启动 竣工 建造"
)
_VERBS = "|".join(sorted({re.escape(verb) for verb in _VERB_ROWS.split()}, key=len, reverse=True))
_BEFORE_VERB = "再|拟|年内|全年|力争|确保|争取|计划|高标准|累计|滚动|全面|统筹|深入|分类|提升|规划"
VERB = re.compile(rf"(?![、和])(?:[、和]?(?:{_BEFORE_VERB})*(?:{_VERBS}))+")


@dataclass(frozen=True, slots=True)
class Tail:
    """What stood between an indicator and its number. `rise` `fall` `endpoint` `against` are the sorts of words seen."""

    words: str
    seen: frozenset[str]

    @property
    def changes(self) -> bool:
        """增长, 下降 …, but not 提高到, whose number is what is reached."""
        return not self.seen.isdisjoint(("rise", "fall"))

    @property
    def sign(self) -> int:
        return -1 if "fall" in self.seen else 1


def trim_leading(words: str) -> str:
    """`words` without what says how or when at their start: 年内力争新建学校 → 新建学校."""
    match = LEADING.match(words)
    return words[match.end() :] if match else words


def trim_trailing(words: str) -> tuple[str, Tail]:
    """`words` without copulas, words of growth and comparisons at their end, and what went."""
    seen: set[str] = set()
    end = len(words)
    for _ in range(MOST_TAILS):
        match = _TAIL.search(words, max(0, end - LONGEST_TAIL), end)
        if not match or match.start() == end:
            break
        seen.add(match.lastgroup or "")
        end = match.start()
    return words[:end], Tail(words[end:], frozenset(seen))


_BEHIND_TAIL = re.compile(
    r"(?:均|分别|共|累计|预计|达到|达|完成|实现|为|增长|增速|增幅|下降|各|年|[年人户]均(?:纯?收入|增收)?|总|同比|占|突破|超过|每[年月人户])+$"
)


def trim_behind(words: str) -> str:
    """The words behind one number, without what leads over to the next: 贫困户年均增收(9000元) → 贫困户."""
    trimmed = _BEHIND_TAIL.sub("", words)
    return trimmed or words


def split_verb(words: str) -> tuple[str, str]:
    """(verbs in front, the rest): 新建改造公办幼儿园 → 新建改造 + 公办幼儿园."""
    match = VERB.match(words)
    return (match[0], words[match.end() :]) if match else ("", words)


def is_bare(words: str) -> bool:
    """Whether `words` in front of a number name nothing that it could be the size of: 圆满完成, 推动, 新建."""
    verb, rest = split_verb(trim_leading(trim_trailing(words)[0]))
    return not rest
