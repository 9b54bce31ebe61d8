{#- Grain: the named columns together occur once. -#}
{% test unik_kombination(model, kolonner) %}
    select
        {{ kolonner | join(', ') }},
        count(*) as antal
    from {{ model }}
    group by {{ kolonner | join(', ') }}
    having count(*) > 1
{% endtest %}
