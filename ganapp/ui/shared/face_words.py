"""The attributes of the built-in faces and their values (data/faces/drawing.py) in Chinese."""

FACE_ATTRIBUTES = {
    "expression": "表情", "skin": "肤色", "head": "脸型", "hair": "发型", "hair_colour": "发色",
    "eyes": "眼睛", "eye_colour": "眼睛颜色", "brows": "眉毛", "glasses": "眼镜",
    "glasses_colour": "眼镜颜色", "hat": "帽子", "hat_colour": "帽子颜色", "beard": "胡须",
    "cheeks": "脸颊", "earrings": "耳环", "clothes": "衣服", "clothes_colour": "衣服颜色",
    "background": "背景色", "backdrop": "背景图案",
}  # fmt: skip
FACE_VALUES = {
    "smile": "微笑", "neutral": "平静", "sad": "难过", "surprised": "惊讶", "none": "无", "round": "圆",
    "oval": "椭圆", "square": "方", "heart": "心形", "almond": "杏仁形", "dot": "点状",
    "lashes": "长睫毛", "thin": "细", "thick": "粗", "sun": "墨镜", "bald": "光头", "buzz": "寸头",
    "side_part": "偏分", "quiff": "飞机头", "spiky": "刺猬头", "curly": "卷发", "afro": "爆炸头",
    "long": "长发", "wavy": "波浪", "bob": "短发", "bun": "发髻", "ponytail": "马尾", "beanie": "毛线帽",
    "cap": "棒球帽", "party": "派对帽", "sunhat": "遮阳帽", "stubble": "胡茬", "full": "络腮胡",
    "goatee": "山羊胡", "moustache": "八字胡", "plain": "无", "blush": "腮红", "freckles": "雀斑",
    "gold": "金", "pearl": "珍珠", "tee": "T 恤", "v_neck": "V 领", "collar": "衬衫领", "stripes": "条纹",
    "hoodie": "连帽衫", "flat": "纯色", "disc": "圆盘", "diagonal": "斜纹", "porcelain": "瓷白",
    "ivory": "象牙", "peach": "蜜桃", "sand": "沙色", "honey": "蜂蜜", "caramel": "焦糖",
    "bronze": "古铜", "chestnut": "栗色", "cocoa": "可可", "espresso": "深咖啡", "black": "黑",
    "brown": "棕", "auburn": "赤褐", "ginger": "姜红", "blond": "金", "grey": "灰", "pink": "粉",
    "teal": "青绿", "violet": "紫罗兰", "hazel": "榛色", "green": "绿", "blue": "蓝", "brass": "黄铜",
    "red": "红", "navy": "藏青", "coral": "珊瑚", "mustard": "芥黄", "plum": "梅紫", "forest": "森林绿",
    "white": "白", "slate": "石板灰", "sky": "天蓝", "mint": "薄荷", "butter": "奶黄", "apricot": "杏色",
    "rose": "玫瑰", "lilac": "丁香紫", "sage": "鼠尾草绿", "aqua": "水蓝", "denim": "牛仔蓝",
    "cream": "奶油",
}  # fmt: skip


def face_word(text: str) -> str | None:
    """ "hair_colour auburn", or an attribute alone, in Chinese; None for anything else."""
    attribute, space, value = text.partition(" ")
    if attribute not in FACE_ATTRIBUTES or space and value not in FACE_VALUES:
        return None
    return FACE_ATTRIBUTES[attribute] + (f"：{FACE_VALUES[value]}" if space else "")
